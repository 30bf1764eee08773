"""A small app for the tests of the shell: it shows what reached Python, and nothing of Blinkpick's own screens."""

import asyncio
import sqlite3
import time

import flet as ft
import httpx

from mobile.web.browser import origin, socket_origin
from mobile.web.fetch_transport import FetchTransport
from mobile.web.page_bridge import open_page_bridge
from mobile.web.scanner_bridge import ScannerBridge
from mobile.web.socket_port import SocketClosed
from mobile.web.storage import open_storage
from mobile.web.web_socket import connect


async def main(page: ft.Page) -> None:
    bridge = open_page_bridge()
    codes: list[str] = []
    lines = {
        name: ft.Text(f"{name}: -")
        for name in ("storage", "scans", "last", "http", "socket", "network", "field", "pressed", "camera")
    }

    def say(name: str, value: object) -> None:
        lines[name].value = f"{name}: {value}"
        page.update()

    def on_scan(scan) -> None:
        codes.append(scan.code)
        lines["last"].value = f"last: {','.join(codes)}"
        say("scans", len(codes))
        scanner.done(scan.number)

    async def use_storage(event=None) -> None:
        connection = sqlite3.connect(storage.path("test.sqlite3"))
        connection.execute("CREATE TABLE IF NOT EXISTS visit (number INTEGER PRIMARY KEY, filler BLOB)")
        before = connection.execute("SELECT count(*) FROM visit").fetchone()[0]
        if event is not None:
            connection.execute("INSERT INTO visit (filler) VALUES (randomblob(20000))")
            connection.commit()
            started = time.perf_counter()
            await storage.flush()
            say(
                "storage",
                f"{before + 1} visits in {storage.kind}, flushed in {(time.perf_counter() - started) * 1000:.1f} ms",
            )
        else:
            say("storage", f"{before} visits in {storage.kind}")
        connection.close()

    async def use_http(event) -> None:
        async with httpx.AsyncClient(transport=FetchTransport(), base_url=origin()) as client:
            answer = await client.post("/api/v1/echo", json={"word": "你好"}, headers={"x-word": "kept"})
            missing = await client.get("/api/v1/nothing")
            try:
                await client.get("/api/v1/slow", timeout=0.3)
                late = "answered"
            except httpx.ReadTimeout:
                late = "timed out"
            say("http", f"{answer.status_code} {answer.json()} {answer.headers['x-word']} {missing.status_code} {late}")

    async def use_socket(event) -> None:
        socket = await connect(f"{socket_origin()}/api/v1/sync", ["blinkpick.test", "token.abc"])
        for number in range(200):
            await socket.send(f"message {number} 你好")
        answers = [await socket.receive() for _ in range(200)]
        in_order = answers == [f"message {number} 你好" for number in range(200)]
        await socket.send("close 4401")
        try:
            await socket.receive()
        except SocketClosed as end:
            closed = f"{end.code} {end.reason}"
        try:
            await connect(f"{socket_origin()}/api/v1/refused", [])
        except SocketClosed as end:
            refused = end.code
        say("socket", f"in order {in_order}, closed {closed}, refused {refused}")

    async def block(event) -> None:
        time.sleep(1.5)  # noqa: ASYNC251 - Python must be busy
        await asyncio.sleep(0)
        say("pressed", "blocked")

    def look(event) -> None:
        bridge.open_camera({"hint": "Hold it", "close": "Close camera", "torch": "Light"})

    def camera_changed(notice) -> None:
        say("camera", f"{'open' if notice['is_open'] else 'closed'} {notice['problem']}".strip())

    def open_dialog(event) -> None:
        page.show_dialog(
            ft.AlertDialog(
                modal=True, title=ft.Text("A dialog"), actions=[ft.TextButton("Close it", on_click=close_dialog)]
            )
        )

    def close_dialog(event) -> None:
        page.pop_dialog()
        pressed(event)

    def pressed(event) -> None:
        say("pressed", "yes")

    field = ft.TextField(label="Note", on_change=lambda event: say("field", f"[{event.control.value}]"))
    page.add(
        ft.Text("Shell test 货架"),
        ft.Text("Shell test 货架 bold", weight=ft.FontWeight.BOLD),
        *lines.values(),
        field,
        ft.Row(
            [
                ft.Button("Write", on_click=use_storage),
                ft.Button("Ask", on_click=use_http),
                ft.Button("Connect", on_click=use_socket),
                ft.Button("Dialog", on_click=open_dialog),
                ft.Button("Press", on_click=pressed),
                ft.Button("Block", on_click=block),
                ft.Button("Look", on_click=look),
                ft.Button("Beep", on_click=lambda event: bridge.play("ok")),
            ],
            wrap=True,
        ),
    )
    bridge.load_sounds(["ok"])
    scanner = ScannerBridge(bridge)
    scanner.listen(on_scan)
    bridge.listen("camera", camera_changed)
    bridge.listen("network", lambda notice: say("network", notice["is_online"]))
    storage = await open_storage()
    await use_storage()


ft.run(main)
