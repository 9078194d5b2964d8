import asyncio

from gantt.api import api
from gantt.board import Board
from gantt.example import PLAN


def request(method, path, body=None, board=None):
    return asyncio.run(api(board or Board(PLAN)).handle(method, path, body))


def test_the_service_says_that_it_is_well():
    response = request("GET", "/api/v1/health")
    assert (response.status, response.body) == (200, {"status": "ok"})


def test_all_tasks_are_listed_in_their_order():
    response = request("GET", "/api/v1/tasks")
    assert response.status == 200
    assert [task["id"] for task in response.body] == ["design", "api", "page", "release"]


def test_an_unknown_path_is_not_found():
    assert request("GET", "/api/v1/nothing").status == 404
