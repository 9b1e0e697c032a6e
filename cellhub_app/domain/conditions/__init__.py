"""What images were made to show: conditions, plates and replicates."""
