//! A scrape of `/metrics`, in Prometheus' text format.

use std::fmt;

/// Every sample of one scrape.
pub struct Metrics {
    samples: Vec<Sample>,
    text: String,
}

struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

impl Metrics {
    /// Reads the text format.
    ///
    /// # Panics
    /// When a line is not of it.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let samples = lines
            .map(|line| parse_sample(line).unwrap_or_else(|| panic!("no sample: {line:?}")))
            .collect();
        Self { samples, text: text.to_owned() }
    }

    /// The sum of every sample of that name whose labels include `labels`; 0 when there is none.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &Sample, wanted: &(&str, &str)| {
            sample.labels.iter().any(|(key, value)| (key.as_str(), value.as_str()) == *wanted)
        };
        self.samples
            .iter()
            .filter(|sample| sample.name == name)
            .filter(|sample| labels.iter().all(|wanted| has(sample, wanted)))
            .map(|sample| sample.value)
            .sum()
    }

    /// Whether any sample has that name.
    pub fn has(&self, name: &str) -> bool {
        self.samples.iter().any(|sample| sample.name == name)
    }

    /// The values of one label over the samples of that name.
    pub fn label_values(&self, name: &str, label: &str) -> Vec<&str> {
        let named = self.samples.iter().filter(|sample| sample.name == name);
        let labels = named.flat_map(|sample| &sample.labels);
        labels.filter(|(key, _)| key == label).map(|(_, value)| value.as_str()).collect()
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// `name{a="b",c="d"} 1.0`, or without labels. Values in these tests hold no quotes or commas.
fn parse_sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().ok()? };
    let Some((name, labels)) = series.split_once('{') else {
        return Some(Sample { name: series.to_owned(), labels: Vec::new(), value });
    };
    let labels = labels.strip_suffix('}')?.split(',').filter(|pair| !pair.is_empty());
    let labels = labels
        .map(|pair| {
            let (key, quoted) = pair.split_once('=')?;
            let value = quoted.strip_prefix('"')?.strip_suffix('"')?;
            Some((key.to_owned(), value.to_owned()))
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Sample { name: name.to_owned(), labels, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_summed_over_the_labels_not_asked_for() {
        let text = "\
            # HELP a x\na_total{api=\"p\",stage=\"dev\"} 2\n\
            a_total{api=\"q\",stage=\"dev\"} 3\nb 0.5\n# EOF\n";
        let metrics = Metrics::parse(text);
        assert!((metrics.sum("a_total", &[("stage", "dev")]) - 5.0).abs() < f64::EPSILON);
        assert!((metrics.sum("a_total", &[("api", "p")]) - 2.0).abs() < f64::EPSILON);
        assert!((metrics.sum("b", &[]) - 0.5).abs() < f64::EPSILON);
        assert!(!metrics.has("a"));
        assert_eq!(metrics.label_values("a_total", "api"), ["p", "q"]);
    }
}
