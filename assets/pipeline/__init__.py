"""How a job gets from queued to ready: submit, poll, fetch. Each step is safe to run twice; our rows are the truth."""
