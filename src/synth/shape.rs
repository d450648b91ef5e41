//! From a field's domain and its knobs to a draw: which distribution, between which ends, in which steps.

use super::draw::{Choice, Curve, Draw, EDGE};
use super::knobs::{Distribution, Given, Spread};
use super::math::{exp, ln, normal_quantile};
use crate::source::Span;

/// A knob that cannot be used, where it stands and why.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// The place in the manifest; none where the schema alone is at fault.
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), help: None }
    }

    pub(super) fn of_schema(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A line of values: `base`, and so many steps from it. Value and step are doubles, as a distribution needs no more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// The value of step 0.
    pub(super) base: f64,
    /// From one step to the next.
    pub(super) step: f64,
    /// The least step that may come; none where nothing ends the values.
    pub(super) least: Option<i64>,
    /// The greatest.
    pub(super) greatest: Option<i64>,
}

/// The distribution of values on a line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Even,
    Normal {
        mean: f64,
        sd: f64,
    },
    /// The normal distribution of the logarithm of what lies above `from`.
    LogNormal {
        from: f64,
        mean: f64,
        sd: f64,
    },
    /// `way` is 1 for upward from `from`, -1 for downward.
    Exponential {
        from: f64,
        mean: f64,
        way: f64,
    },
    Poisson {
        mean: f64,
    },
    Geometric {
        mean: f64,
    },
}

/// From here on a Poisson distribution is as good as normal, and a geometric one as exponential.
const MANY: f64 = 500.0;

impl Shape {
    /// The shape that a spread asks for; `None` where it names no distribution.
    pub(super) fn asked(spread: &Spread, line: &Line) -> Result<Option<Self>, Fault> {
        let Some(distribution) = &spread.distribution else {
            return match (&spread.mean, &spread.sd) {
                (Some(Given { span, .. }), _) | (None, Some(Given { span, .. })) => {
                    Err(Fault::at(*span, "this is of a distribution, and none is named").help(
                        "add `distribution = \"normal\"` (or lognormal, exponential, poisson, geometric)",
                    ))
                }
                (None, None) => Ok(None),
            };
        };
        let name = distribution.value.name();
        let need = |knob: &str, given: &Option<Given<f64>>| {
            given.as_ref().map(|given| given.value).ok_or_else(|| {
                Fault::at(distribution.span, format!("the distribution `{name}` needs `{knob}`"))
            })
        };
        let none = |knob: &str, given: &Option<Given<f64>>| match given {
            Some(given) => Err(Fault::at(given.span, format!("the distribution `{name}` has no `{knob}`"))),
            None => Ok(()),
        };
        let positive = |value: f64, given: &Option<Given<f64>>| match given {
            Some(given) if value <= 0.0 => Err(Fault::at(given.span, "this must be greater than 0")),
            Some(_) | None => Ok(value),
        };
        let low = line.least.map(|k| line.value(k));
        let high = line.greatest.map(|k| line.value(k));
        if distribution.value == Distribution::Uniform {
            none("mean", &spread.mean)?;
            none("sd", &spread.sd)?;
            if low.is_none() || high.is_none() {
                let message = "the distribution `uniform` needs two ends, and the domain has not both";
                return Err(Fault::at(distribution.span, message).help("add `least` and `greatest`"));
            }
            return Ok(Some(Self::Even));
        }
        let mean = need("mean", &spread.mean)?;
        let outside = low.is_some_and(|low| mean < low) || high.is_some_and(|high| mean > high);
        if let (true, Some(given)) = (outside, &spread.mean) {
            return Err(Fault::at(given.span, "the mean lies outside the values that may come"));
        }
        let shape = match distribution.value {
            Distribution::Uniform => Self::Even,
            Distribution::Normal => Self::Normal { mean, sd: positive(need("sd", &spread.sd)?, &spread.sd)? },
            Distribution::LogNormal => {
                let from = low.filter(|low| *low < 0.0).unwrap_or(0.0);
                let sd = positive(need("sd", &spread.sd)?, &spread.sd)?;
                Self::LogNormal { from, mean: positive(mean - from, &spread.mean)?, sd }
            }
            Distribution::Exponential => {
                none("sd", &spread.sd)?;
                let from = low.unwrap_or(0.0);
                Self::Exponential { from, mean: positive(mean - from, &spread.mean)?, way: 1.0 }
            }
            Distribution::Poisson | Distribution::Geometric => {
                none("sd", &spread.sd)?;
                let mean = positive(mean, &spread.mean)?;
                let poisson = distribution.value == Distribution::Poisson;
                if poisson { Self::Poisson { mean } } else { Self::Geometric { mean } }
            }
        };
        Ok(Some(shape))
    }

    /// The draw of steps on a line; `None` when no value of this shape lies on it.
    pub(super) fn draw(self, line: &Line) -> Option<Draw> {
        const FAR: i64 = 1 << 53;
        let on = |quantile: &dyn Fn(f64) -> f64| {
            let step = |u: f64| (quantile(u) - line.base) / line.step;
            // Where nothing ends the values, the quantiles do.
            let least = line.least.unwrap_or_else(|| step(EDGE).min(step(1.0 - EDGE)) as i64);
            let greatest = line.greatest.unwrap_or_else(|| step(EDGE).max(step(1.0 - EDGE)) as i64);
            let falls = line.step < 0.0;
            let rising = |u: f64| step(if falls { 1.0 - u } else { u });
            Curve::new(rising, least.max(-FAR), greatest.min(FAR)).map(|curve| Draw::Curve(Box::new(curve)))
        };
        match self {
            Self::Even => {
                Curve::even(line.least?.max(-FAR), line.greatest?.min(FAR)).map(|c| Draw::Curve(Box::new(c)))
            }
            Self::Normal { mean, sd } => on(&|u| mean + sd * normal_quantile(u)),
            Self::LogNormal { from, mean, sd } => {
                let variance = ln(1.0 + (sd / mean) * (sd / mean));
                let (middle, spread) = (ln(mean) - variance / 2.0, variance.sqrt());
                on(&|u| from + exp(middle + spread * normal_quantile(u)))
            }
            Self::Exponential { from, mean, way } => {
                on(&|u| if way < 0.0 { from + mean * ln(u) } else { from - mean * ln(1.0 - u) })
            }
            Self::Poisson { mean } if mean > MANY => Self::Normal { mean, sd: mean.sqrt() }.draw(line),
            Self::Geometric { mean } if mean > MANY => {
                Self::Exponential { from: 0.0, mean, way: 1.0 }.draw(line)
            }
            Self::Poisson { mean } => counts(line, &poisson(mean)),
            Self::Geometric { mean } => counts(line, &geometric(mean)),
        }
    }
}

impl Line {
    /// The value of a step.
    pub(super) fn value(&self, k: i64) -> f64 {
        self.base + k as f64 * self.step
    }

    /// Whether a step may come.
    pub(super) fn holds(&self, k: i64) -> bool {
        self.least.is_none_or(|least| least <= k) && self.greatest.is_none_or(|greatest| k <= greatest)
    }
}

/// Whole numbers with weights, those of them that are steps of the line.
fn counts(line: &Line, weights: &[f64]) -> Option<Draw> {
    let step_of = |count: usize| {
        let k = (count as f64 - line.base) / line.step;
        (k == (k as i64) as f64 && line.holds(k as i64)).then_some(k as i64)
    };
    let numbers = weights.iter().enumerate().filter_map(|(count, weight)| Some((step_of(count)?, *weight)));
    Choice::new(numbers).map(Draw::Choice)
}

/// The weights of 0, 1, 2, … by Poisson: from the likeliest outward, so that no power of e is needed.
fn poisson(mean: f64) -> Vec<f64> {
    let top = mean as usize;
    let mut weights = vec![1.0; top + 1];
    for n in (0..top).rev() {
        let above = weights.get(n + 1).copied().unwrap_or(0.0);
        if let Some(weight) = weights.get_mut(n) {
            *weight = above * (n + 1) as f64 / mean;
        }
    }
    let mut weight = 1.0;
    for n in top + 1.. {
        weight *= mean / n as f64;
        if weight < 1e-12 {
            break;
        }
        weights.push(weight);
    }
    weights
}

/// The weights of 0, 1, 2, … by the geometric distribution.
fn geometric(mean: f64) -> Vec<f64> {
    let again = mean / (1.0 + mean);
    std::iter::successors(Some(1.0), |weight| Some(weight * again))
        .take_while(|weight| *weight > 1e-7)
        .collect()
}
