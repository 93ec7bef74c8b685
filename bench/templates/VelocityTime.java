// Times Apache Velocity 1.7, warmed up, over the templates of this folder.
//
//   java -cp velocity.jar:… VelocityTime.java FOLDER NAME...
//
// Prints a line per template: its name, microseconds a rendering with the values of the body at
// hand, and microseconds with the body read by json-smart each time.

import java.io.StringReader;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONValue;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.runtime.parser.node.SimpleNode;
import org.apache.velocity.Template;

public class VelocityTime {
    static final int WARM_UP = 30_000;
    static final int ROUND = 10_000;
    static final int ROUNDS = 9;

    public static class Input {
        private final JSONObject body;

        public Input(JSONObject body) {
            this.body = body;
        }

        public Object path(String path) {
            return path.equals("$") ? body : body.get(path.substring(2));
        }

        public String json(String path) {
            return JSONValue.toJSONString(path(path));
        }

        public String params(String name) {
            return "curl/8";
        }
    }

    public static class Util {
        public String escapeJavaScript(String text) {
            return text.replace("\\", "\\\\").replace("\"", "\\\"");
        }

        public String urlEncode(String text) throws Exception {
            return URLEncoder.encode(text, "UTF-8");
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        String order = Files.readString(folder.resolve("order.json"));
        Map<String, Object> request = new HashMap<>();
        request.put("stage", "dev");
        request.put("httpMethod", "GET");
        RuntimeInstance engine = new RuntimeInstance();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.init();
        for (String name : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            String text = Files.readString(folder.resolve(name + ".vtl"));
            Template template = new Template();
            template.setRuntimeServices(engine);
            SimpleNode node = engine.parse(new StringReader(text), name);
            template.setData(node);
            template.initDocument();
            JSONObject parsed = (JSONObject) JSONValue.parse(order);
            double values = time(() -> render(template, parsed, request));
            double whole = time(() -> render(template, (JSONObject) JSONValue.parse(order), request));
            System.out.printf("%s %.3f %.3f%n", name, values, whole);
        }
    }

    static int render(Template template, JSONObject body, Map<String, Object> request) throws Exception {
        VelocityContext context = new VelocityContext();
        context.put("input", new Input(body));
        context.put("util", new Util());
        context.put("context", request);
        StringWriter out = new StringWriter(4096);
        template.merge(context, out);
        return out.getBuffer().length();
    }

    interface Rendering {
        int run() throws Exception;
    }

    /** The median round, in microseconds a rendering. */
    static double time(Rendering rendering) throws Exception {
        long written = 0;
        for (int n = 0; n < WARM_UP; n++) written += rendering.run();
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int n = 0; n < ROUND; n++) written += rendering.run();
            rounds[round] = (System.nanoTime() - start) / 1e3 / ROUND;
        }
        if (written == 0) throw new IllegalStateException("nothing was written");
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }
}
