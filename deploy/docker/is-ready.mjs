// The health check of a service in its container: ready when /ready answers 200.
const answer = await fetch('http://127.0.0.1:8080/ready').catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
