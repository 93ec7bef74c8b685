import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import net.minidev.json.*;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.context.InternalContextAdapterImpl;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.runtime.parser.node.SimpleNode;

/**
 * Renders many templates with Apache Velocity 1.7 in one JVM.
 *
 * Standard input: one JSON object a line, {"template": …, "context": {…}}. Standard output: one a
 * line, {"ok": text} or {"error": message}. Arrays are json-smart's, objects are maps in the order of
 * their keys, as API Gateway has them. Each template has an engine of its own, because Velocity keeps
 * macros for all.
 *
 * With an argument N: renders the first case N times after warming up and prints nanoseconds for one.
 */
public class VelocityOracle {
  static VelocityEngine engine() {
    VelocityEngine engine = new VelocityEngine();
    engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    engine.setProperty("directive.foreach.maxloops", "1000");
    engine.init();
    return engine;
  }

  /** Objects as LinkedHashMap, arrays as JSONArray. */
  static Object plain(Object value) {
    if (value instanceof Map) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        map.put((String) entry.getKey(), plain(entry.getValue()));
      }
      return map;
    }
    if (value instanceof List) {
      JSONArray list = new JSONArray();
      for (Object element : (List<?>) value) list.add(plain(element));
      return list;
    }
    return value;
  }

  static VelocityContext context(Map<String, Object> values) {
    VelocityContext context = new VelocityContext();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      context.put(entry.getKey(), plain(entry.getValue()));
    }
    return context;
  }

  @SuppressWarnings("unchecked")
  static JSONObject answer(Map<String, Object> one) {
    JSONObject answer = new JSONObject();
    try {
      StringWriter out = new StringWriter();
      engine().evaluate(context((Map<String, Object>) one.get("context")), out, "t", (String) one.get("template"));
      byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
      answer.put("ok", new String(bytes, StandardCharsets.UTF_8));
    } catch (Throwable error) {
      answer.put("error", String.valueOf(error.getMessage()));
    }
    return answer;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> read(String line) {
    return (Map<String, Object>) JSONValue.parseKeepingOrder(line);
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, "UTF-8");
    String line;
    if (arguments.length == 1) {
      measure(read(in.readLine()), Integer.parseInt(arguments[0]), out);
    } else {
      while ((line = in.readLine()) != null) out.println(answer(read(line)).toJSONString());
    }
    out.flush();
  }

  @SuppressWarnings("unchecked")
  static void measure(Map<String, Object> one, int turns, PrintStream out) throws Exception {
    RuntimeInstance runtime = new RuntimeInstance();
    runtime.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    runtime.init();
    SimpleNode tree = runtime.parse(new StringReader((String) one.get("template")), "t");
    VelocityContext values = context((Map<String, Object>) one.get("context"));
    long start = 0;
    for (int turn = -turns; turn < turns; turn++) {
      if (turn == 0) start = System.nanoTime();
      StringWriter text = new StringWriter();
      InternalContextAdapterImpl adapter = new InternalContextAdapterImpl(new VelocityContext(values));
      if (turn == -turns) tree.init(adapter, runtime);
      tree.render(adapter, text);
      if (text.toString().isEmpty()) throw new IllegalStateException();
    }
    out.println((System.nanoTime() - start) / turns);
  }
}
