-- Asks wrk for its counters as one line; runs once after the load, so it costs nothing while measuring.
function done(summary, latency, requests)
  io.write(string.format(
    "report %d %d %d %d %d %d %d %d %.1f %.1f\n",
    summary.requests, summary.duration, summary.bytes,
    summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.status, summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
