// A subject in Java without a package: the score of Gaussian data in one dimension under the OU process.
// java Harness.java. An example that our tests do not run; it was run by hand with Java 17.
import java.util.*;
import java.util.regex.Pattern;

public class Harness {
    static final String UNKNOWN = "\"status\":\"unsupported\",\"message\":\"only the score, ou, d = 1, exact\"";
    static double rate = 1, mean = 0, variance = 1;

    /** What stands after a key: 1, "1/10" or [1]; else NaN. */
    static double number(String text, String key) {
        var found = Pattern.compile("\"" + key + "\":[\\[\"]*([-+.0-9eE]+)(/([0-9]+))?").matcher(text);
        if (!found.find()) return Double.NaN;
        return Double.parseDouble(found.group(1)) / (found.group(3) == null ? 1 : Double.parseDouble(found.group(3)));
    }
    static String setup(String line) {
        var data = Pattern.compile("\"kind\":\"gaussian\",\"mean\":\\[[^,]*\\],.*\"exact\"").matcher(line);
        if (!line.contains("\"ou\"") || !data.find()) return UNKNOWN;
        rate = number(line, "rate"); mean = number(data.group(), "mean");
        return (variance = number(data.group(), "cov")) > 0 ? "\"status\":\"ok\"" : "\"status\":\"refused\"";
    }
    static String score(String point) {
        double x = number(point, "x"), t = number(point, "t");
        double v = Math.exp(-2 * rate * t) * variance - Math.expm1(-2 * rate * t);
        double score = -(x - Math.exp(-rate * t) * mean) / v;
        return Double.isFinite(score) && t >= 0 ? "[" + score + "]" : "{\"error\":\"no answer here\"}";
    }
    static String answer(String line) {
        if (line.contains("\"cmd\":\"hello\"")) return "\"subject\":{\"name\":\"Harness\"},\"able\":{\"score\":{}}";
        if (line.contains("\"cmd\":\"setup\"")) return setup(line);
        if (!line.contains("\"quantity\":\"score\"")) return UNKNOWN;
        var values = new StringJoiner(",", "\"status\":\"ok\",\"values\":[", "]");
        var points = Pattern.compile("\\{[^{}]*\\}").matcher(line.substring(line.indexOf("\"points\"")));
        while (points.find()) values.add(score(points.group()));
        return values.toString();
    }
    public static void main(String[] arguments) {
        var input = new Scanner(System.in, "UTF-8").useDelimiter("\n"); // println flushes System.out
        for (String line; input.hasNext() && !(line = input.next()).contains("\"cmd\":\"bye\"");)
            System.out.println("{\"id\":" + (long) number(line, "id") + "," + answer(line) + "}");
    }
}
