//! Work on several threads, its results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many pieces each thread may be ahead of the one that is taken next.
const AHEAD: usize = 2;

/// Works pieces off on several threads; `take` gets the results one by one, in the order of the pieces, on this thread.
///
/// `next` gives the pieces, one caller at a time. `worker` makes what each thread works with. What is under way at once is
/// bounded, so memory does not grow with the number of pieces. The first error in the order of the pieces ends everything.
pub(crate) fn in_order<P, W, R, E>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<P>, E> + Send,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, P) -> Result<R, E> + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    P: Send,
    R: Send,
    E: Send,
{
    if threads <= 1 {
        let mut tools = worker();
        while let Some(piece) = next()? {
            take(work(&mut tools, piece)?)?;
        }
        return Ok(());
    }
    let source = Mutex::new((0_usize, Some(next)));
    let gate = Gate::default();
    let (send, receive) = sync_channel::<(usize, Result<R, E>)>(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (send, source, gate, worker, work) = (send.clone(), &source, &gate, &worker, &work);
            scope.spawn(move || {
                let _guard = Closing(gate);
                let mut tools = worker();
                loop {
                    let (at, piece) = {
                        let mut source = lock(source);
                        let (at, next) = &mut *source;
                        let Some(give) = next else { break };
                        let piece = give().transpose();
                        if !matches!(piece, Some(Ok(_))) {
                            // Nothing comes behind the end, or behind what cannot be read.
                            *next = None;
                        }
                        let Some(piece) = piece else { break };
                        *at += 1;
                        (*at - 1, piece)
                    };
                    if !gate.wait_for(at, threads * AHEAD) {
                        break;
                    }
                    let result = piece.and_then(|piece| work(&mut tools, piece));
                    if send.send((at, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut taken = 0;
        let mut take_all = || -> Result<(), E> {
            while let Ok((at, result)) = receive.recv() {
                early.insert(at, result);
                while let Some(result) = early.remove(&taken) {
                    take(result?)?;
                    taken += 1;
                    gate.open_to(taken);
                }
            }
            Ok(())
        };
        let result = take_all();
        gate.close();
        // Whoever wants to send is told that nobody takes any more.
        drop(receive);
        result
    })
}

/// Holds back those who are too far ahead.
#[derive(Default)]
struct Gate {
    taken: Mutex<usize>,
    moved: Condvar,
    closed: AtomicBool,
}

impl Gate {
    /// Waits until a piece is less than `ahead` from the one that is taken next; `false` if nothing is taken any more.
    fn wait_for(&self, at: usize, ahead: usize) -> bool {
        let mut taken = lock(&self.taken);
        while at >= *taken + ahead && !self.closed.load(Ordering::Acquire) {
            taken = self.moved.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        !self.closed.load(Ordering::Acquire)
    }

    fn open_to(&self, taken: usize) {
        *lock(&self.taken) = taken;
        self.moved.notify_all();
    }

    fn close(&self) {
        let _taken = lock(&self.taken);
        self.closed.store(true, Ordering::Release);
        self.moved.notify_all();
    }
}

/// Closes the gate where a thread panics: its piece will never be taken.
struct Closing<'g>(&'g Gate);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::in_order;

    fn squares(threads: usize, many: u64, fails_at: Option<u64>) -> (Vec<u64>, Result<(), u64>) {
        let mut numbers = 0..many;
        let mut taken = Vec::new();
        let result = in_order(
            threads,
            || Ok(numbers.next()),
            || 0_u64,
            |worked, n| {
                *worked += 1;
                // The later ones are done sooner.
                std::thread::sleep(std::time::Duration::from_micros((many - n) % 7 * 20));
                if Some(n) == fails_at { Err(n) } else { Ok(n * n) }
            },
            |square| {
                taken.push(square);
                Ok(())
            },
        );
        (taken, result)
    }

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        let expected: Vec<u64> = (0..300).map(|n| n * n).collect();
        for threads in [1, 2, 3, 8] {
            assert_eq!(squares(threads, 300, None), (expected.clone(), Ok(())));
        }
        assert_eq!(squares(4, 0, None), (Vec::new(), Ok(())));
    }

    #[test]
    fn the_first_error_ends_it_after_all_before_it() {
        for threads in [1, 2, 8] {
            let (taken, result) = squares(threads, 300, Some(41));
            assert_eq!(result, Err(41));
            assert_eq!(taken.len(), 41);
        }
    }

    #[test]
    fn a_source_that_fails_and_a_taker_that_has_enough_end_it() {
        for threads in [1, 3] {
            let mut left = 5;
            let source = || {
                left -= 1;
                if left == 0 { Err("broken") } else { Ok(Some(left)) }
            };
            assert_eq!(in_order(threads, source, || (), |(), n| Ok(n), |_| Ok(())), Err("broken"));
            let endless = || Ok(Some(1));
            let mut taken = 0;
            let enough = |_| {
                taken += 1;
                if taken == 20 { Err("enough") } else { Ok(()) }
            };
            assert_eq!(in_order(threads, endless, || (), |(), n| Ok(n), enough), Err("enough"));
        }
    }
}
