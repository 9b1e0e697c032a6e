"""What one run did."""
