//! What `vtl` sends, and the templates it goes through: an order taken apart, and an answer put
//! into another shape.

use super::definition::BODY_BYTES;

/// Twenty lines over the whole order.
pub(super) const REQUEST: &str = r#"#set($order = $input.path('$'))
#set($total = 0)
{
  "id": "$order.id",
  "stage": "$context.stage",
  "customer": {
    "name": "$util.escapeJavaScript($order.customer.name)",
    "city": "$order.customer.address.city",
    "vip": #if($order.customer.vip)true#{else}false#end
  },
  "lines": [
#foreach($line in $order.lines)
#set($total = $total + $line.count * $line.price)
    {"sku": "$line.sku", "count": $line.count}#if($foreach.hasNext),#end
#end
  ],
  "total": $total,
  "note": $input.json('$.note'),
  "via": "$input.params('User-Agent')"
}
"#;

/// Over what the upstream answers: `{"data":"xxx…"}`.
pub(super) const RESPONSE: &str = r#"#set($answer = $input.path('$'))
{
  "stage": "$context.stage",
  "method": "$context.httpMethod",
#if($answer.data.length() > 1000)
  "size": "large",
#elseif($answer.data.length() > 100)
  "size": "middle",
#else
  "size": "small",
#end
  "numbers": [
#foreach($number in [1..8])
    $number#if($foreach.hasNext),#end
#end
  ],
  "data": $input.json('$.data')
}
"#;

/// Length of what [`RESPONSE`] makes of the upstream's answer.
pub(super) const RESPONSE_BYTES: usize = 1_156;

/// The order: about a kilobyte.
pub(super) fn order() -> String {
    let line = |n: u32| format!(r#"{{"sku":"SKU-{n:06}","count":{n},"price":{}}}"#, n * 5);
    let lines: Vec<String> = (1..=8).map(line).collect();
    let address = r#"{"city":"Gent","street":"Veldstraat 1","zip":"9000","country":"BE"}"#;
    let customer = format!(r#"{{"name":"A \"B\" C","vip":true,"address":{address}}}"#);
    let with = |note: &str| {
        format!(
            r#"{{"id":"o-1","note":"{note}","customer":{customer},"lines":[{}]}}"#,
            lines.join(",")
        )
    };
    with(&"x".repeat(BODY_BYTES - with("").len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_a_kilobyte_of_json() {
        let order = order();
        assert_eq!(order.len(), BODY_BYTES);
        let value: serde_json::Value = serde_json::from_str(&order).unwrap();
        assert_eq!(value["lines"].as_array().unwrap().len(), 8);
    }
}
