//! Fits as source text, for `locate/radii.rs` and `locate/radii/fitted.rs`.

use cairn::locate::FEATURES;

use crate::fit::{Fit, SHARES};

const HEAD: &str = "//! What the fit found, for [`super::net`]: written by the example `radii`, not by hand.\n\n\
                    use super::net::{Net, Way};\n";

/// A file with a network.
pub fn source(name: &str, fit: &Fit) -> String {
    let way = |radius: usize| {
        let (features, hidden, bias) = fit.radius(radius);
        format!("Way {{ features: {}, hidden: {}, bias: {bias:.4} }}", list(features), list(hidden))
    };
    let hidden: Vec<String> = (0..fit.neurons())
        .map(|n| fit.neuron(n))
        .map(|(weights, bias)| format!("({}, {bias:.4})", list(weights)))
        .collect();
    format!(
        "{HEAD}\n#[rustfmt::skip]\npub(super) const {name}: Net = Net {{\n    mean: {},\n    scale: {},\n    hidden: [\n        {},\n    ],\n    \
         r68: {},\n    r95: {},\n}};\n",
        list(&fit.mean),
        list(&fit.scale),
        hidden.join(",\n        "),
        way(0),
        way(1)
    )
}

/// A fit without neurons, its coefficients for features as they are.
pub fn lines(fit: &Fit) -> String {
    let line = |radius: usize| {
        let (straight, _, bias) = fit.radius(radius);
        let plain: Vec<f32> = straight.iter().zip(&fit.scale).map(|(c, scale)| c * scale).collect();
        let constant = bias - plain.iter().zip(&fit.mean).map(|(c, mean)| c * mean).sum::<f32>();
        let told: Vec<f32> = (0..FEATURES).filter(|i| fit.scale[*i] > 0.0).map(|i| plain[i]).collect();
        format!("  {:.0} %: ({constant:.3}, {})", 100.0 * SHARES[radius], list(&told))
    };
    format!("{}\n{}", line(0), line(1))
}

fn list(numbers: &[f32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|n| format!("{n:.4}")).collect();
    format!("[{}]", numbers.join(", "))
}
