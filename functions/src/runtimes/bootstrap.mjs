// Speaks the Lambda Runtime API for a Node.js function; needs nothing but Node.js.

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";

const API = "/2018-06-01/runtime";
const STREAMED = Symbol.for("aws.lambda.runtime.handler.streaming");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, noDelay: true });

function call(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    if (body !== undefined) headers["Content-Length"] = Buffer.byteLength(body);
    const request = http.request({ host, port, method, path: API + where, headers, agent }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function failure(error) {
  if (error instanceof Error || (error && error.stack && error.name)) {
    return { errorType: error.name ?? "Error", errorMessage: error.message, trace: String(error.stack).split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function told(report) {
  console.error(`${report.errorType}: ${report.errorMessage}\n${report.trace.slice(1).join("\n")}`.trimEnd());
  return JSON.stringify(report);
}

class Stated extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

// A response that goes out while the function writes it.
function responseStream(requestId) {
  const headers = {
    "Content-Type": "application/octet-stream",
    "Lambda-Runtime-Function-Response-Mode": "streaming",
    "Transfer-Encoding": "chunked",
    Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
  };
  const target = { host, port, method: "POST", path: `${API}/invocation/${requestId}/response`, headers };
  let ended;
  const request = http.request({ ...target, agent: new http.Agent({ keepAlive: false }) }, (answer) => {
    answer.resume();
    answer.on("end", () => ended());
  });
  const done = new Promise((resolve) => {
    ended = resolve;
    request.on("error", resolve);
  });
  request.setContentType = (type) => request.headersSent || request.setHeader("Content-Type", type);
  request.setNoDelay(true);
  return { stream: request, done };
}

const PRELUDE_END = Buffer.alloc(8);
globalThis.awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMED] = options?.highWaterMark ?? true;
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(prelude));
      stream.write(PRELUDE_END);
      return stream;
    },
  },
};

async function load(handler) {
  const root = process.env.LAMBDA_TASK_ROOT;
  const base = path.basename(handler);
  const dot = base.indexOf(".");
  if (dot <= 0 || handler.includes("..")) throw new Stated("Runtime.MalformedHandlerName", "Bad handler");
  const [name, member] = [base.slice(0, dot), base.slice(dot + 1)];
  const start = path.resolve(root, path.dirname(handler), name);
  const file = ["", ".js", ".mjs", ".cjs"].map((end) => start + end).find((it) => fs.existsSync(it) && fs.statSync(it).isFile());
  if (!file) throw new Stated("Runtime.ImportModuleError", `Error: Cannot find module '${name}'`);
  let loaded;
  try {
    loaded = file.endsWith(".cjs") ? createRequire(file)(file) : await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Stated("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`);
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw new Stated("Runtime.ImportModuleError", `Error: ${error.message}`);
    }
    throw error;
  }
  const within = (of) => member.split(".").reduce((it, key) => it?.[key], of);
  const found = within(loaded) ?? within(loaded.default);
  if (found === undefined) throw new Stated("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new Stated("Runtime.HandlerNotFound", `${handler} is not a function`);
  return found;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const client = headers["lambda-runtime-client-context"];
  const identity = headers["lambda-runtime-cognito-identity"];
  const environment = process.env;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client ? JSON.parse(client) : undefined,
    identity: identity ? JSON.parse(identity) : undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

// The result of a handler that calls back, or of one that promises.
function buffered(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => (error === undefined || error === null ? resolve(value) : reject(error));
    context.done = callback;
    context.succeed = resolve;
    context.fail = reject;
    const promised = handler(event, context, callback);
    if (typeof promised?.then === "function") promised.then(resolve, reject);
    else if (handler.length < 3 && promised !== undefined) resolve(promised);
    else if (handler.length < 3 && handler.constructor.name === "Function") waiting = resolve;
  });
}

// A handler that neither promises nor calls back ends with the event loop, as on AWS: null.
let waiting;
process.on("beforeExit", () => {
  const resolve = waiting;
  waiting = undefined;
  resolve?.(null);
});

async function streamed(handler, event, context) {
  const { stream, done } = responseStream(context.awsRequestId);
  try {
    await handler(event, stream, context);
    if (!stream.writableEnded) stream.end();
  } catch (error) {
    const report = failure(error);
    const body = Buffer.from(told(report)).toString("base64");
    stream.flushHeaders();
    stream.addTrailers({ "Lambda-Runtime-Function-Error-Type": report.errorType, "Lambda-Runtime-Function-Error-Body": body });
    stream.end();
  }
  await done;
}

async function invoke(handler, next) {
  const context = contextOf(next.headers);
  process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
  if (handler[STREAMED]) return streamed(handler, JSON.parse(next.body), context);
  let where = "response";
  let headers = { "Content-Type": "application/json" };
  let body;
  try {
    const result = await buffered(handler, JSON.parse(next.body), context);
    body = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    const report = failure(error);
    where = "error";
    headers["Lambda-Runtime-Function-Error-Type"] = report.errorType;
    body = told(report);
  }
  await call("POST", `/invocation/${context.awsRequestId}/${where}`, body, headers);
}

let current;
async function uncaught(kind, error) {
  const report = failure(error);
  if (kind) report.errorMessage = `${report.errorType}: ${report.errorMessage}`;
  if (kind) report.errorType = kind;
  const where = current ? `/invocation/${current}/error` : "/init/error";
  await call("POST", where, told(report), { "Lambda-Runtime-Function-Error-Type": report.errorType }).catch(() => {});
  process.exit(129);
}
process.on("uncaughtException", (error) => uncaught(undefined, error));
process.on("unhandledRejection", (error) => uncaught("Runtime.UnhandledPromiseRejection", error));

let handler;
try {
  handler = await load(process.argv[2]);
} catch (error) {
  const report = failure(error);
  await call("POST", "/init/error", told(report), { "Lambda-Runtime-Function-Error-Type": report.errorType });
  process.exit(1);
}
for (;;) {
  const next = await call("GET", "/invocation/next");
  if (next.status !== 200) process.exit(1);
  current = next.headers["lambda-runtime-aws-request-id"];
  await invoke(handler, next);
  current = undefined;
}
