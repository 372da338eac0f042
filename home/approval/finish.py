"""What ends a way of approval. Wagtail reads this while its own models are loading."""


def publish_approved(workflow_state, user=None) -> None:
    """The approved revision goes live, or is scheduled; never just the latest.

    Nobody holds the right to publish by himself while approval is on: the approval is
    the right, and it was asked for where it was given.
    """
    revision = workflow_state.current_task_state.revision
    revision.publish(user=user, skip_permission_checks=True)
