"""A small project plan: tasks, a board to drag them on, a chart to see them in."""
