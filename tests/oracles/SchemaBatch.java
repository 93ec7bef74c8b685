import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.fge.jackson.JsonLoader;
import com.github.fge.jsonschema.core.exceptions.ProcessingException;
import com.github.fge.jsonschema.core.load.configuration.LoadingConfiguration;
import com.github.fge.jsonschema.core.load.configuration.LoadingConfigurationBuilder;
import com.github.fge.jsonschema.core.report.LogLevel;
import com.github.fge.jsonschema.core.report.ProcessingMessage;
import com.github.fge.jsonschema.core.report.ProcessingReport;
import com.github.fge.jsonschema.main.JsonSchema;
import com.github.fge.jsonschema.main.JsonSchemaFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;

/**
 * The draft-4 validator, many cases in one virtual machine. One line in: a JSON array of the models (an object of name
 * to schema), the name of the one to use, and the instance (text). One line out: a JSON array of valid or not and the
 * messages of level error, or "refused" and why for a schema that is none.
 */
public class SchemaBatch {
    private static final String BASE = "https://apigateway.amazonaws.com/restapis/abcdefghij/models/";

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line; (line = in.readLine()) != null; ) {
            JsonNode entry = JsonLoader.fromString(line);
            out.println(answer(entry.get(0), entry.get(1).asText(), entry.get(2).asText()));
        }
        out.flush();
    }

    private static String answer(JsonNode models, String name, String instance) throws Exception {
        LoadingConfigurationBuilder loading = LoadingConfiguration.newBuilder();
        for (Iterator<Map.Entry<String, JsonNode>> each = models.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> model = each.next();
            loading.preloadSchema(BASE + model.getKey(), model.getValue());
        }
        for (String scheme : new String[] {"http", "https", "ftp", "file", "jar", "resource"}) {
            loading.removeScheme(scheme);
        }
        JsonSchemaFactory factory = JsonSchemaFactory.newBuilder().setLoadingConfiguration(loading.freeze()).freeze();
        try {
            JsonSchema schema = factory.getJsonSchema(BASE + name);
            ProcessingReport report = schema.validate(JsonLoader.fromString(instance), true);
            ArrayNode answer = JsonNodeFactory.instance.arrayNode();
            answer.add(report.isSuccess());
            for (ProcessingMessage message : report) {
                if (message.getLogLevel().compareTo(LogLevel.ERROR) >= 0) {
                    answer.add(message.getMessage());
                }
            }
            return answer.toString();
        } catch (ProcessingException refused) {
            return "refused " + refused.getProcessingMessage().getMessage().replace('\n', ' ');
        }
    }
}
