"""The check of pages before they become public: findings, fixes, report. Offline."""
