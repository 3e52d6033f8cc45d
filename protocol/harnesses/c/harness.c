/* A subject in plain C: the score of Gaussian data in one dimension under the OU process. cc harness.c -lm */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double number(const char *text, const char *key) { /* what stands after a key: 1, "1/10" or [1]; else NaN */
    char *end, *start = strstr(text, key) ? strstr(text, key) + strlen(key) : "";
    double value = strtod(start += strspn(start, ":[\""), &end);
    return end == start || (start[-1] == '[' && *end != ']') ? NAN : *end == '/' ? value / strtod(end + 1, 0) : value;
}
int main(void) {
    char *line = NULL, *hello = "\"subject\":{\"name\":\"harness.c\",\"language\":\"c\"},\"able\":{\"score\":{}}}";
    double rate = 1, horizon = 1, mean = 0, var = 1;
    for (size_t size = 0; getline(&line, &size, stdin) > 0 && !strstr(line, "\"cmd\":\"bye\""); fflush(stdout)) {
        char *data = strstr(line, "\"ou\"") && strstr(line, "\"exact\"") ? strstr(line, "\"data\"") : NULL;
        printf("{\"id\":%.0f,", number(line, "\"id\""));
        if (data && sscanf(data, "\"data\":{\"kind\":\"gaussian\",\"mean\":[%lf],\"cov\":[[%lf]]", &mean, &var) == 2) {
            rate = number(line, "\"rate\""), horizon = number(line, "\"horizon\"");
            puts(var > 0 ? "\"status\":\"ok\"}" : "\"status\":\"refused\"}");
        } else if (strstr(line, "\"cmd\":\"evaluate\"") && strstr(line, "\"quantity\":\"score\"")) {
            printf("\"status\":\"ok\",\"values\":[");
            for (char *at = strstr(line, "\"points\":[") + 10; *at == '{'; at = strchr(at, '}') + 1, at += *at == ',') {
                double t = number(at, "\"t\""), v = exp(-2 * rate * t) * var - expm1(-2 * rate * t);
                double s = t > horizon ? NAN : -(number(at, "\"x\"") - exp(-rate * t) * mean) / v; /* 17 digits */
                printf(isfinite(s) && t >= 0 ? "%s[%.17g]" : "%s{\"error\":\"outside\"}", at[-1] == ',' ? "," : "", s);
            }
            puts("]}");
        } else puts(strstr(line, "\"hello\"") ? hello : "\"status\":\"unsupported\",\"message\":\"d = 1, ou, exact\"}");
    }
}
