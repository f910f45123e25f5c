// Polls a URL, each time with a limit. poll.js URL
async function poll() {
  for (;;) {
    const response = await fetch(process.argv[2], { signal: AbortSignal.timeout(120_000) });
    await response.text();
  }
}

poll();
