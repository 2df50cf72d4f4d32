"""Who follows the log and tells others of it: webhooks to other programs."""
