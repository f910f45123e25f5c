"""A small aiohttp service."""

import asyncio

from aiohttp import web

import plan

jobs = {}


async def ok(_request):
    return web.Response(text="ok")


async def job(request):
    """Answers when somebody reports the job's end: where nobody does, never, unless the plan sets a limit."""
    done = jobs.setdefault(request.match_info["name"], asyncio.get_running_loop().create_future())
    limit = plan.seconds("limit")
    try:
        return web.Response(text=await (asyncio.wait_for(asyncio.shield(done), limit) if limit else done))
    except asyncio.TimeoutError:
        return web.Response(status=504)


async def slow(request):
    await asyncio.sleep(float(request.match_info["seconds"]))
    return web.Response(text="ok")


async def upload(request):
    return web.Response(text=str(len(await request.read())))


async def main():
    app = web.Application()
    app.add_routes([web.get("/ok", ok), web.get("/job/{name}", job), web.get("/slow/{seconds}", slow),
                    web.post("/upload", upload)])
    runner = web.AppRunner(app, keepalive_timeout=plan.seconds("idle_timeout"), handle_signals=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    plan.say(port=site._server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


try:
    asyncio.run(main())
except web.GracefulExit:
    pass
