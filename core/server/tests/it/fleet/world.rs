//! The centre, its branches and the people, and what is done with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use domain::{Timestamp, UserId};
use futures_util::future::join_all;
use rand::random;
use serde_json::json;

use super::branch::{Branch, Tried, faketime};
use super::centre::Centre;
use super::network::{Network, Wire};
use super::schedule::{Pick, Step};
use super::verdict::{Known, verdict};
use super::{OFFLINE_AFTER, OFFLINE_MINOR_MAX, SKEW_S};
use crate::client::get;

/// Whom the centre blocked or erased pays nowhere after so long where there is a line.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);
/// A branch is sure to know what was so for longer, with all that was broken mended.
const KNOWN_AFTER: Duration = Duration::from_secs(12);
/// Everybody agrees after so long.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);
const PEOPLE: usize = 24;
/// Of each four branches one is ahead and one behind; the third's clock is set during the run.
const CLOCKS: [Option<i64>; 4] = [Some(SKEW_S), Some(-SKEW_S), None, None];
const SET_DURING_THE_RUN: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Blocked,
    Withdrawn,
}

struct Person {
    user: UserId,
    state: State,
    since: Instant,
}

/// What was done, to be told.
#[derive(Debug, Default)]
struct Done {
    enrolled: usize,
    revoked: usize,
    taken: usize,
    taken_offline: usize,
    refused: BTreeMap<String, usize>,
    lines_cut: usize,
    restarts: usize,
    postgres_kills: usize,
    redis_kills: usize,
    centre_kills: usize,
}

/// All of it.
pub(crate) struct World {
    centre: Centre,
    branches: Vec<Branch>,
    people: Vec<Person>,
    erased: BTreeSet<UserId>,
    /// Whose consent runs out, by when. Nothing else happens to them.
    expiring: BTreeMap<UserId, Timestamp>,
    /// Since when nothing of the centre was down.
    quiet_since: Instant,
    delays: Vec<Duration>,
    done: Done,
    tries: usize,
    violations: Vec<String>,
}

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

impl World {
    /// A centre with people, and followers that have all of them.
    pub(crate) async fn start(place: (&Path, Network), followers: usize) -> Result<Self, String> {
        let centre = Centre::start(&place.0.join("centre"), place.1).await?;
        if faketime().is_none() {
            println!("SKIP(no clock is wrong: apt-get install libfaketime)");
        }
        let mut world = Self {
            centre,
            branches: Vec::new(),
            people: Vec::new(),
            erased: BTreeSet::new(),
            expiring: BTreeMap::new(),
            quiet_since: Instant::now(),
            delays: Vec::new(),
            done: Done::default(),
            tries: 0,
            violations: Vec::new(),
        };
        for _ in 0..PEOPLE {
            world.enrol().await;
        }
        for number in 1..=followers {
            let skew = if number == SET_DURING_THE_RUN { Some(0) } else { CLOCKS[number % CLOCKS.len()] };
            world.branches.push(Branch::new(place, &world.centre, number, skew).await);
        }
        // Two at once: starting is work.
        for pair in world.branches.chunks_mut(2) {
            join_all(pair.iter_mut().map(Branch::start)).await;
        }
        // One has run out soon by every clock, one only by those that are ahead.
        for after_s in [45, SKEW_S - 30] {
            let at = now().plus(Duration::from_secs(after_s.unsigned_abs()));
            let user = world.centre.enrol("Passing", 1, Some(at)).await;
            world.expiring.insert(user, at);
        }
        let agreed = world.agrees(SETTLED_WITHIN * 2).await;
        assert!(agreed.is_empty(), "not all follow: {agreed:?}");
        Ok(world)
    }

    async fn enrol(&mut self) {
        self.done.enrolled += 1;
        let name = format!("Person {}", self.done.enrolled);
        // From one picture, with no mean, to five.
        let user = self.centre.enrol(&name, 1 + self.done.enrolled % 5, None).await;
        self.people.push(Person { user, state: State::Active, since: Instant::now() });
    }

    fn wrong(&mut self, words: String) {
        println!("fleet: {words}");
        self.violations.push(words);
    }

    /// Who is in this state, one of them.
    fn one(&self, pick: Pick, state: State) -> Option<usize> {
        let all: Vec<usize> = (0..self.people.len()).filter(|n| self.people[*n].state == state).collect();
        pick.of(&all)
    }

    fn branch(&self, pick: Pick) -> usize {
        let all: Vec<usize> = (0..self.branches.len()).collect();
        pick.of(&all).expect("there are branches")
    }

    pub(crate) async fn does(&mut self, step: Step) {
        match step {
            Step::Enrol => self.enrol().await,
            Step::Rename(pick) => {
                let Some(one) = self.one(pick, State::Active) else { return };
                let change = json!({ "name": format!("Person {}", random::<u32>()) });
                self.centre.sets(self.people[one].user, &change).await;
            }
            Step::Block(pick) => self.revoke(pick, State::Active, Some(State::Blocked)).await,
            Step::Withdraw(pick) => self.revoke(pick, State::Active, Some(State::Withdrawn)).await,
            Step::Erase(pick) => {
                // Mostly people who pay; those who can't go, too.
                let state = if self.tries.is_multiple_of(3) { State::Blocked } else { State::Active };
                self.revoke(pick, state, None).await;
            }
            Step::Unblock(pick) => {
                let Some(one) = self.one(pick, State::Blocked) else { return };
                self.centre.sets(self.people[one].user, &json!({ "status": "active" })).await;
                self.people[one].state = State::Active;
                self.people[one].since = Instant::now();
            }
            Step::Pay { person, branch, minor } => self.pay(person, self.branch(branch), minor).await,
            Step::Spree { person, branches } => {
                let branches = branches.iter().map(|pick| self.branch(*pick)).collect();
                self.spree(person, branches).await;
            }
            Step::Line(pick, wire) => {
                let branch = self.branch(pick);
                self.line(branch, wire);
            }
            Step::Mend(pick) => self.mend(pick),
            Step::Restart(pick) => {
                let branch = self.branch(pick);
                self.done.restarts += 1;
                self.branches[branch].process.kill();
                self.branches[branch].start().await;
                self.branches[branch].since = Instant::now();
            }
            Step::KillPostgres(_) | Step::KillRedis(_) | Step::KillCentre => self.kill(step).await,
            Step::ClockAhead => self.branches[SET_DURING_THE_RUN - 1].set_clock(SKEW_S),
            Step::ClockBack(pick) => self.clock_back(pick).await,
        }
    }

    fn line(&mut self, branch: usize, wire: Wire) {
        self.done.lines_cut += usize::from(wire.is_cut());
        self.branches[branch].becomes(wire);
    }

    /// Mends one that needs it.
    fn mend(&mut self, pick: Pick) {
        let bad: Vec<usize> =
            (0..self.branches.len()).filter(|n| self.branches[*n].wires.now() != Wire::Good).collect();
        // Some stay away for long.
        if let Some(branch) = pick.of(&bad).filter(|_| bad.len() > 3) {
            self.line(branch, Wire::Good);
        }
    }

    /// Kills what the centre stands on, or the centre, while it is read and money is taken.
    async fn kill(&mut self, step: Step) {
        for n in 0..5 {
            let Some(one) = self.one(Pick::at(n), State::Active) else { break };
            let change = json!({ "name": format!("Person {}", random::<u32>()) });
            self.centre.sets(self.people[one].user, &change).await;
        }
        match step {
            Step::KillPostgres(span) => {
                self.done.postgres_kills += 1;
                self.centre.postgres.kill();
                self.takes_meanwhile(span).await;
                self.centre.postgres.start_again();
            }
            Step::KillRedis(span) => {
                self.done.redis_kills += 1;
                self.centre.redis.kill();
                self.takes_meanwhile(span).await;
                self.centre.redis.start_again();
            }
            _ => {
                self.done.centre_kills += 1;
                self.centre.restart().await;
            }
        }
        self.quiet_since = Instant::now();
    }

    async fn takes_meanwhile(&mut self, span: Duration) {
        for n in 0..3 {
            let branch = self.branch(Pick::at(n * 7));
            self.pay(Pick::at(n), branch, 100).await;
        }
        tokio::time::sleep(span).await;
    }

    /// One payment, with what must be so before and after it.
    async fn pay(&mut self, pick: Pick, at: usize, minor: i64) {
        let all: Vec<usize> = (0..self.people.len()).collect();
        let Some(one) = pick.of(&all) else { return };
        let (user, state, since) = (self.people[one].user, self.people[one].state, self.people[one].since);
        let branch = &self.branches[at];
        let offline = branch.is_offline_for_sure();
        let sure = [since, branch.since, self.quiet_since].iter().all(|since| since.elapsed() > KNOWN_AFTER);
        let knows = branch.is_online() && sure;
        let tried = self.tries_to_pay(at, user, minor).await;
        let (number, sum) = (self.branches[at].number, self.branches[at].sum_of(user));
        if tried != Tried::Taken {
            return;
        }
        if knows && state != State::Active {
            self.wrong(format!("branch {number} took money of {user}, who is {state:?}"));
        }
        if offline && sum > OFFLINE_MINOR_MAX {
            self.wrong(format!("branch {number} without its centre took {sum} of {user}"));
        }
        self.done.taken_offline += usize::from(offline);
    }

    async fn tries_to_pay(&mut self, at: usize, user: UserId, minor: i64) -> Tried {
        self.tries += 1;
        let name = format!("try-{}", self.tries);
        let tried = self.branches[at].pay(user, minor, &name).await;
        self.note(&tried);
        tried
    }

    fn note(&mut self, tried: &Tried) {
        match tried {
            Tried::Taken => self.done.taken += 1,
            Tried::Refused(code) => *self.done.refused.entry(code.clone()).or_default() += 1,
        }
    }

    /// One person pays at several branches without a line as much as they can.
    async fn spree(&mut self, pick: Pick, mut chosen: Vec<usize>) {
        let Some(one) = self.one(pick, State::Active) else { return };
        let user = self.people[one].user;
        chosen.sort_unstable();
        chosen.dedup();
        for &branch in &chosen {
            if !self.branches[branch].wires.now().is_cut() {
                self.line(branch, if branch % 2 == 0 { Wire::Pulled } else { Wire::Deaf });
            }
        }
        while !chosen.iter().all(|branch| self.branches[*branch].is_offline_for_sure()) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.tries += 1;
        let name = format!("spree-{}", self.tries);
        let sprees = self.branches.iter_mut().enumerate().filter(|(at, _)| chosen.contains(at));
        let name = &name;
        let sprees = sprees.map(|(at, branch)| async move {
            let mut tried = Vec::new();
            for n in 0..7 {
                tried.push(branch.pay(user, OFFLINE_MINOR_MAX / 5, &format!("{name}-{n}")).await);
            }
            (at, tried)
        });
        let sprees = join_all(sprees).await;
        for (at, tried) in sprees {
            let (number, sum) = (self.branches[at].number, self.branches[at].sum_of(user));
            let taken = tried.iter().filter(|tried| **tried == Tried::Taken).count();
            tried.iter().for_each(|tried| self.note(tried));
            self.done.taken_offline += taken;
            if taken > 0 && sum > OFFLINE_MINOR_MAX {
                self.wrong(format!("branch {number} without its centre took {sum} of {user} on a spree"));
            }
        }
    }

    /// Takes somebody's right to pay away, at the centre, and measures when those with a line know.
    async fn revoke(&mut self, pick: Pick, from: State, to: Option<State>) {
        let Some(one) = self.one(pick, from) else { return };
        let user = self.people[one].user;
        let near = join_all(self.branches.iter().map(|branch| async move {
            if !branch.is_online() {
                return false;
            }
            let standing = branch.standing().await;
            standing["reach"] == "near" && standing["error"].is_null()
        }));
        let near = near.await;
        let began = Instant::now();
        match to {
            Some(State::Blocked) => self.centre.sets(user, &json!({ "status": "blocked" })).await,
            Some(_) => self.centre.withdraw(user).await,
            None => self.centre.erase(user).await,
        }
        self.done.revoked += 1;
        match to {
            Some(state) => (self.people[one].state, self.people[one].since) = (state, Instant::now()),
            None => {
                self.people.remove(one);
                self.erased.insert(user);
            }
        }
        let told = self.branches.iter().zip(near).filter(|(_, near)| *near).map(|(branch, _)| async move {
            while began.elapsed() < REVOKED_WITHIN {
                if is_revoked(branch, user, to).await {
                    return (branch.number, Some(began.elapsed()));
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            (branch.number, None)
        });
        let told = join_all(told).await;
        for (number, after) in &told {
            match after {
                Some(after) => self.delays.push(*after),
                None => {
                    self.wrong(format!(
                        "branch {number} has a line, and does not know that {user} is {to:?}"
                    ));
                }
            }
        }
        if let Some((number, Some(_))) = told.first()
            && self.tries_to_pay(number - 1, user, 100).await == Tried::Taken
        {
            self.wrong(format!("branch {number} knows that {user} is {to:?}, and took their money"));
        }
    }

    /// A clock that was ahead is right again while there is no line. Nobody can pay more for that.
    async fn clock_back(&mut self, pick: Pick) {
        let at = SET_DURING_THE_RUN - 1;
        if faketime().is_none() || self.branches.len() <= at {
            return;
        }
        self.line(at, Wire::Good);
        let begun = Instant::now();
        let passing = *self.expiring.iter().max_by_key(|(_, at)| **at).expect("some are passing").0;
        while !is_revoked(&self.branches[at], passing, Some(State::Withdrawn)).await {
            if begun.elapsed() > Duration::from_secs(75) {
                return self
                    .wrong("a clock is ahead, and a face stays whose consent has run out by it".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        self.line(at, Wire::Deaf);
        self.branches[at].set_clock(0);
        tokio::time::sleep(OFFLINE_AFTER + Duration::from_secs(3)).await;
        let reach = self.branches[at].standing().await["reach"].clone();
        if reach != "offline" {
            self.wrong(format!(
                "a clock was set back, and a branch without a line says that its centre is {reach}"
            ));
        }
        self.spree(pick, vec![at]).await;
    }

    /// Which branches do not have all that the centre has, and why.
    async fn agrees(&self, within: Duration) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let last = self.centre.store().last_changes().map(|(last, _)| last);
            let last = &last;
            let behind = join_all(self.branches.iter().map(|branch| async move {
                let standing = branch.standing().await;
                let has_all = last.as_ref().is_ok_and(|last| standing["position"] == *last)
                    && standing["reach"] == "near"
                    && standing["receipts_unsent"] == 0;
                (!has_all).then(|| format!("branch {}: {standing}, of {last:?}", branch.number))
            }));
            let behind: Vec<String> = behind.await.into_iter().flatten().collect();
            if behind.is_empty() || begun.elapsed() > within {
                return behind;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Mends everything and waits until all agree.
    pub(crate) async fn settles(&mut self) {
        for branch in &mut self.branches {
            branch.becomes(Wire::Good);
        }
        let begun = Instant::now();
        let behind = self.agrees(SETTLED_WITHIN).await;
        for behind in behind {
            self.wrong(format!("not settled: {behind}"));
        }
        println!("fleet: all agree {:.1?} after the last line was mended", begun.elapsed());
        self.faces_come_back().await;
    }

    /// What a clock that was ahead took too early is there again, after the next look at what has run out.
    async fn faces_come_back(&self) {
        let Some(branch) = self.branches.get(SET_DURING_THE_RUN - 1) else { return };
        let begun = Instant::now();
        for (user, at) in &self.expiring {
            while now().plus(Duration::from_secs(5)) < *at && begun.elapsed() < Duration::from_secs(75) {
                if !is_revoked(branch, *user, Some(State::Withdrawn)).await {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    /// Stops everything and tells what was done; what must not be, in words.
    pub(crate) fn ends(mut self) -> Vec<String> {
        for branch in &mut self.branches {
            branch.process.kill();
        }
        self.centre.process.kill();
        let known = Known { erased: &self.erased, expiring: &self.expiring };
        let mut violations = std::mem::take(&mut self.violations);
        violations.extend(verdict(&self.centre, &self.branches, &known));
        self.tell();
        violations
    }

    fn tell(&mut self) {
        println!("fleet: {:#?}", self.done);
        let taken: i64 = self.branches.iter().flat_map(|branch| &branch.paid).map(|paid| paid.minor).sum();
        println!(
            "fleet: {} people, {} erased; {taken} minor units taken in {} payments",
            self.people.len() + self.expiring.len(),
            self.erased.len(),
            self.done.taken
        );
        self.delays.sort_unstable();
        if let (Some(most), n) = (self.delays.last(), self.delays.len()) {
            let (p50, p95) = (self.delays[n / 2], self.delays[n * 95 / 100]);
            println!(
                "fleet: a right to pay that is taken away is gone at branches with a line: n {n}, p50 {p50:.2?}, p95 {p95:.2?}, max {most:.2?}"
            );
        }
    }
}

/// Whether this branch knows that somebody may not pay any more; for good with `None`.
async fn is_revoked(branch: &Branch, user: UserId, state: Option<State>) -> bool {
    match state {
        None => branch.ask(get(format!("/users/{user}"))).await.status == 404,
        Some(State::Withdrawn) => {
            let faces = branch.ask(get(format!("/users/{user}/faces"))).await;
            faces.json()["items"].as_array().is_some_and(Vec::is_empty)
        }
        Some(_) => branch.ask(get(format!("/users/{user}"))).await.json()["status"] == "blocked",
    }
}
