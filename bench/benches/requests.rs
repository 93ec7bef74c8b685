//! Heads as they come over the wire.

/// `curl http://127.0.0.1:8080/prod/pets/42`.
pub(crate) const CURL: &str = "GET /prod/pets/42 HTTP/1.1\r\n\
    Host: 127.0.0.1:8080\r\n\
    User-Agent: curl/7.88.1\r\n\
    Accept: */*\r\n\r\n";

/// A browser's call from a page, behind a load balancer: 20 fields, 1.3 KB.
pub(crate) const BROWSER: &str = "GET /prod/pets/42?fields=name%2Cage&page=2&sort=name HTTP/1.1\r\n\
    Host: a1b2c3d4e5.execute-api.eu-central-1.localhost:8080\r\n\
    X-Forwarded-For: 203.0.113.9\r\n\
    X-Forwarded-Proto: https\r\n\
    X-Forwarded-Port: 443\r\n\
    X-Amzn-Trace-Id: Root=1-5f81d1a8-0123456789abcdef01234567\r\n\
    sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\", \"Google Chrome\";v=\"130\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/130.0.0.0 Safari/537.36\r\n\
    Accept: application/json, text/plain, */*\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-GB,en;q=0.9,de-DE;q=0.8,de;q=0.7\r\n\
    Authorization: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZ\
    SI6IkpvaG4gRG9lIiwiaWF0IjoxNzAwMDAwMDAwfQ.POstGetfAytaZS82wHcjoTyoqhMyxXiWdR7Nn7A29DNSl0EiXL\
    dwJ6xC6AfgZWF1bOsS_TuYI3OG85AmiExREkrS6tDfTQ2B3WXlrr-wp5AokiRbz3_oB4OxG-W9KcEEbDRcZc0nH3L7Lz\
    YptiyxRelPxpcvV8ZVhhV3G9XbWS0\r\n\
    Cookie: session=6b1f9c1e7d3a4f0c9a1b; theme=dark; _ga=GA1.1.123456789.1700000000\r\n\
    Origin: https://app.example.com\r\n\
    Referer: https://app.example.com/pets?page=2\r\n\
    Sec-Fetch-Dest: empty\r\n\
    Sec-Fetch-Mode: cors\r\n\
    Sec-Fetch-Site: cross-site\r\n\
    Connection: keep-alive\r\n\r\n";

/// nginx before a JSON service.
pub(crate) const RESPONSE: &str = "HTTP/1.1 200 OK\r\n\
    Server: nginx/1.22.1\r\n\
    Date: Sat, 10 Oct 2020 13:55:36 GMT\r\n\
    Content-Type: application/json; charset=utf-8\r\n\
    Content-Length: 1024\r\n\
    Connection: keep-alive\r\n\
    ETag: W/\"400-2jmj7l5rSw0yVb/vlWAYkK/YBwk\"\r\n\
    Vary: Accept-Encoding\r\n\
    X-Request-Id: 3f2b7c1e-8a5d-4f60-9b1e-2d7c6a5e4f30\r\n\r\n";
