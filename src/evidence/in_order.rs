//! Work on any number of threads, handed over in the order of its units.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Works on every unit, on `jobs` threads, and hands each result to `sink` as soon as those before it are there. If the sink fails, no
/// further unit is begun.
pub(crate) fn in_order<U: Sync, R: Send, E>(
    units: &[U],
    jobs: usize,
    work: impl Fn(&U) -> R + Sync,
    mut sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, units.len().max(1)) {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(unit) = units.get(at) else { break };
                    if send.send((at, work(unit))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (at, result) in receive {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&due) {
                if let Err(error) = sink(result) {
                    next.store(units.len(), Ordering::Relaxed);
                    return Err(error);
                }
                due += 1;
            }
        }
        Ok(())
    })
}

/// The results of all units, in their order.
pub(crate) fn all_in_order<U: Sync, R: Send>(units: &[U], jobs: usize, work: impl Fn(&U) -> R + Sync) -> Vec<R> {
    let mut results = Vec::with_capacity(units.len());
    let Ok(()) = in_order(units, jobs, work, |result| {
        results.push(result);
        Ok::<_, Infallible>(())
    });
    results
}
