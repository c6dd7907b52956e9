//! Exact tails of two distributions: how likely would so many have missed by accident?
//!
//! Sums of terms in log space, nothing approximated. The pitfall is the normal
//! curve, which is wrong by orders of magnitude just where a threshold of one in a thousand lies.

/// Logarithms of the factorials of 0 to the size of a fleet.
pub(crate) struct LnFactorials(Vec<f64>);

impl LnFactorials {
    /// Of 0 to `most`.
    pub(crate) fn up_to(most: usize) -> Self {
        let mut all = Vec::with_capacity(most + 1);
        let mut sum = 0.0;
        all.push(sum);
        for n in 1..=most {
            sum += as_f64(n).ln();
            all.push(sum);
        }
        Self(all)
    }

    /// The logarithm of "`n` choose `k`"; `k` must not be larger than `n`.
    fn ln_choose(&self, n: usize, k: usize) -> f64 {
        self.0[n] - self.0[k] - self.0[n - k]
    }

    /// P(X >= `hits`) for `trials` trials that each succeed at `rate`.
    pub(crate) fn binomial(&self, trials: usize, rate: f64, hits: usize) -> f64 {
        if hits == 0 || rate >= 1.0 {
            return 1.0;
        }
        if hits > trials || rate <= 0.0 {
            return 0.0;
        }
        let (yes, no) = (rate.ln(), (1.0 - rate).ln());
        let term = |k: usize| {
            let ln = self.ln_choose(trials, k) + as_f64(k) * yes + as_f64(trials - k) * no;
            ln.exp()
        };
        sum(hits, trials, term)
    }

    /// P(X >= `hits`) where `drawn` of `all` are drawn, and `marked` of all are marked: Fisher's
    /// exact test of one group against the rest.
    pub(crate) fn drawn(&self, all: usize, marked: usize, drawn: usize, hits: usize) -> f64 {
        let most = marked.min(drawn);
        let least = (marked + drawn).saturating_sub(all);
        if hits <= least {
            return 1.0;
        }
        if hits > most {
            return 0.0;
        }
        let whole = self.ln_choose(all, drawn);
        let term = |k: usize| {
            let ln = self.ln_choose(marked, k) + self.ln_choose(all - marked, drawn - k);
            (ln - whole).exp()
        };
        sum(hits, most, term)
    }
}

/// The sum of the terms, the smallest added first so that none is lost.
fn sum(from: usize, to: usize, term: impl Fn(usize) -> f64) -> f64 {
    (from..=to).rev().map(term).sum::<f64>().min(1.0)
}

/// How much better a rate of its own explains `hits` of `trials` than the usual rate does: the
/// logarithm of the likelihood ratio, 0 where there are no more hits than usual.
pub(crate) fn excess(trials: usize, baseline_rate: f64, hits: usize) -> f64 {
    let (n, x) = (as_f64(trials), as_f64(hits));
    if x <= n * baseline_rate {
        return 0.0;
    }
    let part = |seen: f64, expected: f64| {
        if seen > 0.0 {
            seen * (seen / expected).ln()
        } else {
            0.0
        }
    };
    part(x, n * baseline_rate) + part(n - x, n * (1.0 - baseline_rate))
}

/// A count as a number to calculate with.
#[allow(clippy::cast_precision_loss)] // fleets are far smaller than 2^53
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(got: f64, want: f64) {
        assert!((got - want).abs() <= want.abs() * 1e-9, "{got:e} {want:e}");
    }

    #[track_caller]
    fn binomial(trials: usize, rate: f64, hits: usize, want: f64) {
        near(
            LnFactorials::up_to(2_000).binomial(trials, rate, hits),
            want,
        );
    }

    /// The wanted values were calculated with fractions of whole numbers, not with logarithms.
    #[test]
    fn binomial_tails() {
        binomial(5, 0.1, 5, 1e-05);
        binomial(10, 0.5, 6, 0.376953125);
        binomial(20, 0.1, 5, 0.043174495284463384);
        binomial(100, 0.1, 25, 1.307281743125037e-05);
        binomial(2000, 0.05, 160, 7.811702481400937e-09);
        binomial(2000, 0.2, 500, 3.103884810359629e-08);
        binomial(40, 0.75, 40, 1.0056585161637497e-05);
        binomial(10, 0.5, 0, 1.0);
        binomial(10, 0.5, 11, 0.0);
        binomial(10, 0.0, 1, 0.0);
        binomial(10, 1.0, 10, 1.0);
        binomial(0, 0.5, 0, 1.0);
    }

    #[track_caller]
    fn drawn(all: usize, marked: usize, drawn: usize, hits: usize, want: f64) {
        let table = LnFactorials::up_to(2_000);
        near(table.drawn(all, marked, drawn, hits), want);
        near(table.drawn(all, drawn, marked, hits), want);
    }

    #[test]
    fn tails_of_drawing() {
        drawn(10, 5, 5, 4, 0.10317460317460317);
        drawn(20, 8, 6, 6, 0.0007223942208462332);
        drawn(100, 20, 10, 8, 2.3782749640379137e-05);
        drawn(2000, 200, 100, 40, 1.9885530702065116e-16);
        drawn(10, 5, 5, 0, 1.0);
        drawn(10, 9, 5, 4, 1.0);
        drawn(10, 3, 5, 4, 0.0);
    }

    #[test]
    fn no_more_than_usual_is_no_excess() {
        near(excess(10, 0.5, 5), 0.0);
        near(excess(10, 0.5, 4), 0.0);
        near(excess(10, 0.5, 10), 10.0 * 2.0_f64.ln());
        assert!(excess(10, 0.5, 6) > 0.0);
    }
}
