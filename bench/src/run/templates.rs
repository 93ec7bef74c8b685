//! What `vtl` sends, and the templates it goes through: an order taken apart, and an answer put
//! into another shape.

/// Twenty lines over the whole order.
pub(super) const REQUEST: &str = include_str!("../../templates/order.vtl");

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

/// The order.
pub(super) const ORDER: &str = include_str!("../../templates/order.json");

#[cfg(test)]
mod tests {
    use super::super::definition::BODY_BYTES;
    use super::*;

    #[test]
    fn the_order_is_a_kilobyte_of_json() {
        assert_eq!(ORDER.len(), BODY_BYTES);
        let value: serde_json::Value = serde_json::from_str(ORDER).unwrap();
        assert_eq!(value["lines"].as_array().unwrap().len(), 8);
    }
}
