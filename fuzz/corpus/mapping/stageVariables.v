stageVariables.v
GET /dev/pets/a0.000000b;c?a=1&b+c=200x0p+0X:1&a= 0x0p+0 HTTP/1.1
Host: h
x-h: one
X-H: t w
Accept: */*
User-Agent: q"\ÿ

