"""The results of a project: figures, the table behind them, and what can be done with what is selected."""
