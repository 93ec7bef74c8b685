import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import wiremock.com.jayway.jsonpath.InvalidPathException;
import wiremock.com.jayway.jsonpath.JsonPath;
import wiremock.com.jayway.jsonpath.PathNotFoundException;
import wiremock.net.minidev.json.JSONValue;

/**
 * Jayway JSONPath, many cases in one virtual machine. One line in: a JSON array of a document (text) and a path. One
 * line out: "= JSON" for a result, "none" for a missing definite path, "refused" for a path that does not compile,
 * "error NAME" for anything else that is thrown.
 */
public class JsonPathBatch {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line; (line = in.readLine()) != null; ) {
            List<?> entry = (List<?>) JSONValue.parse(line);
            out.println(answer((String) entry.get(0), (String) entry.get(1)));
        }
        out.flush();
    }

    private static String answer(String document, String path) {
        JsonPath compiled;
        try {
            compiled = JsonPath.compile(path);
        } catch (Throwable refused) {
            return "refused";
        }
        try {
            return "= " + JSONValue.toJSONString(JsonPath.parse(document).<Object>read(compiled));
        } catch (PathNotFoundException missing) {
            return "none";
        } catch (InvalidPathException invalid) {
            return "error InvalidPathException";
        } catch (Throwable thrown) {
            return "error " + thrown.getClass().getSimpleName();
        }
    }
}
