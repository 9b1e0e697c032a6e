"""What admins see: people, and letters that did not leave."""
