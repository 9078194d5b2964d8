#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model server for scripts/check-hooks: the agents are real, what their model says is written here.

Speaks as much of the Anthropic messages and the OpenAI responses protocol, streamed, as Claude Code
and Codex need. The model edits a test, then the code behind it, then says that it is done.
usage: scripted-model.py PORT-FILE LOG-FILE; the log gets every request, which is all that the model
ever learns, one JSON document a line.
"""
import http.server
import json
import os
import sys
import uuid

port_file, log_file = sys.argv[1:]

CLAUDE = [
    ("Read", {"file_path": "{cwd}/tests/test_calc.py"}),
    ("Edit", {"file_path": "{cwd}/tests/test_calc.py", "old_string": "== 5", "new_string": "== 6"}),
    ("Read", {"file_path": "{cwd}/calc.py"}),
    ("Edit", {"file_path": "{cwd}/calc.py", "old_string": "a - b", "new_string": "a + b"}),
]
PATCH = "*** Begin Patch\n*** Update File: {}\n@@\n-{}\n+{}\n*** End Patch\n"
CODEX = [
    ("tests/test_calc.py", "    assert add(2, 3) == 5", "    assert add(2, 3) == 6"),
    ("calc.py", "    return a - b", "    return a + b"),
]


def identifier(prefix):
    return prefix + uuid.uuid4().hex[:24]


def anthropic(body):
    blocks = [part for message in body["messages"] if isinstance(message["content"], list)
              for part in message["content"]]
    done = sum(block.get("type") == "tool_result" for block in blocks)
    tools = {tool.get("name") for tool in body.get("tools") or []}
    block = {"type": "text", "text": "done"}
    if "Edit" in tools and done < len(CLAUDE):
        name, given = CLAUDE[done]
        given = {key: text.replace("{cwd}", os.getcwd()) for key, text in given.items()}
        block = {"type": "tool_use", "id": identifier("toolu_"), "name": name, "input": given}
    stop = "tool_use" if block["type"] == "tool_use" else "end_turn"
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": identifier("msg_"), "type": "message", "role": "assistant",
               "model": body["model"], "stop_sequence": None, "usage": usage}
    if not body.get("stream"):
        return {**message, "content": [block], "stop_reason": stop}
    if stop == "tool_use":
        start = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
    return [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": start},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None},
         "usage": usage},
        {"type": "message_stop"},
    ]


def codex_call(step, tools):
    """The next edit by whichever tool the agent offers: its patch tool, a shell, or a script."""
    path, old, new = CODEX[step]
    patch = PATCH.format(path, old, new)
    call = {"call_id": identifier("call_"), "id": identifier("fc_"), "status": "completed"}
    if "apply_patch" in tools:
        if tools["apply_patch"] == "custom":
            return {**call, "type": "custom_tool_call", "name": "apply_patch", "input": patch}
        return {**call, "type": "function_call", "name": "apply_patch",
                "arguments": json.dumps({"input": patch})}
    command = f"apply_patch <<'PATCH'\n{patch}PATCH\n"
    if "exec" in tools:
        return {**call, "type": "custom_tool_call", "name": "exec", "input":
                f"const r = await tools.exec_command({{cmd: {json.dumps(command)}}});\n"
                "text(r.output ?? JSON.stringify(r));"}
    name = next(name for name in ("exec_command", "shell_command", "shell") if name in tools)
    given = {"exec_command": {"cmd": command}, "shell_command": {"command": command},
             "shell": {"command": ["bash", "-lc", command]}}[name]
    return {**call, "type": "function_call", "name": name, "arguments": json.dumps(given)}


def responses(body):
    items = body["input"] if isinstance(body["input"], list) else []
    done = sum(item.get("type", "").endswith("_output") for item in items)
    tools = {tool.get("name", tool["type"]): tool["type"] for tool in body.get("tools") or []}
    if tools and done < len(CODEX):
        item = codex_call(done, tools)
    else:
        item = {"type": "message", "id": identifier("msg_"), "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "done", "annotations": []}]}
    response = {"id": identifier("resp_"), "object": "response", "model": body["model"],
                "created_at": 0, "error": None, "output": []}
    usage = {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1,
             "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2}
    return [
        {"type": "response.created", "response": {**response, "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed",
         "response": {**response, "status": "completed", "output": [item], "usage": usage}},
    ]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, content, kind="application/json"):
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_HEAD(self):
        self.answer(b"")

    def do_GET(self):
        self.answer(b'{"data": [], "models": []}')

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with open(log_file, "a") as log:
            log.write(json.dumps(body) + "\n")
        path = self.path.split("?")[0]
        if path.endswith("/count_tokens"):
            events = {"input_tokens": 1}
        elif path.endswith("/messages"):
            events = anthropic(body)
        elif path.endswith("/responses"):
            events = responses(body)
        else:
            self.send_error(404)
            return
        if isinstance(events, dict):
            self.answer(json.dumps(events).encode())
            return
        lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
        self.answer("".join(lines).encode(), "text/event-stream")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file, "w") as file:
    file.write(str(server.server_port))
server.serve_forever()
