// A function that says hello.
exports.handler = async () => ({ statusCode: 200, body: "hello" });
