"""The form that brings annotations of other tools into a project."""
