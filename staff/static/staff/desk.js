// A form that comes back with errors begins with them: for eyes, keys and ears alike.
document.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector(".desk-error-summary");
  if (summary) {
    summary.focus();
  }
});
