//! How far a long run is, on a terminal: records, records a second, and how long it will still take.

use crate::run::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A bar that follows a run until it is dropped. Where stderr is no terminal it shows nothing.
pub(super) struct Bar {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How often it is looked how far the run is.
const OFTEN: Duration = Duration::from_millis(100);
/// A run that takes less shows no bar.
const PATIENCE: u32 = 5;

impl Bar {
    /// Follows a run.
    pub(super) fn follow(progress: Arc<Progress>, quiet: bool) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let target = ProgressDrawTarget::stderr();
        let thread = (!quiet && !target.is_hidden()).then(|| {
            let ended = Arc::clone(&ended);
            std::thread::spawn(move || draw(&progress, &ended, target))
        });
        Self { ended, thread }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // A bar that cannot be drawn is no loss.
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn draw(progress: &Progress, ended: &AtomicBool, target: ProgressDrawTarget) {
    for _ in 0..PATIENCE {
        std::thread::sleep(OFTEN);
        if ended.load(Ordering::Relaxed) {
            return;
        }
    }
    let bar = ProgressBar::with_draw_target(None, target);
    let style = |template: &str| {
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    };
    let (known, unknown) = (style("{bar:30} {percent:>3}%  {msg}  {eta} left"), style("{spinner} {msg}"));
    let mut shown = Stage { name: String::new(), records: 0, bytes: (0, 0) };
    let mut since = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        let stage = progress.stage();
        if stage.name != shown.name {
            since = Instant::now();
            bar.reset();
            bar.set_style(if stage.bytes.1 > 0 { known.clone() } else { unknown.clone() });
        }
        let (read, all) = stage.bytes;
        bar.set_length(all.max(1));
        bar.set_position(read.min(all));
        bar.set_message(format!("{}: {}", stage.name, rate(stage.records, since.elapsed().as_secs_f64())));
        shown = stage;
        std::thread::sleep(OFTEN);
    }
    bar.finish_and_clear();
}

/// Records, and how many a second: `2,100,000 records, 4.2 million a second`.
pub(super) fn rate(records: u64, seconds: f64) -> String {
    let each = records as f64 / seconds.max(0.001);
    let each = match each {
        each if each >= 1_000_000.0 => format!("{:.1} million", each / 1_000_000.0),
        each => super::report::grouped(each.round() as u64),
    };
    format!("{}, {each} a second", super::report::plural(records, "record"))
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_told_in_round_numbers() {
        assert_eq!(rate(2_100_000, 0.5), "2,100,000 records, 4.2 million a second");
        assert_eq!(rate(1, 2.0), "1 record, 1 a second");
        assert_eq!(rate(1000, 0.0), "1,000 records, 1.0 million a second");
    }
}
