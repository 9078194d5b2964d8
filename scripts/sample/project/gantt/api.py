"""The routes of a board's API."""

from dataclasses import asdict

from gantt import chart
from gantt.router import Response, Router


def api(board):
    """The router that answers for a board."""

    async def health(params, body):
        return Response(200, {"status": "ok"})

    async def show_chart(params, body):
        return Response(200, chart.render(board.tasks()))

    async def list_tasks(params, body):
        return Response(200, [asdict(task) for task in board.tasks()])

    async def show_task(params, body):
        return Response(200, asdict(board.task(params["id"])))

    async def move_task(params, body):
        return Response(200, asdict(board.move(params["id"], body["start"])))

    router = Router()
    router.add("GET", "/api/v1/health", health)
    router.add("GET", "/api/v1/chart", show_chart)
    router.add("GET", "/api/v1/tasks", list_tasks)
    router.add("GET", "/api/v1/tasks/[id]", show_task)
    router.add("PATCH", "/api/v1/tasks/[id]", move_task)
    return router
