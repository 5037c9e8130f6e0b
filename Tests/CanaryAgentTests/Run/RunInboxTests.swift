import CanaryAgent
import CanaryCore
import Testing

/// What wakes a run that sleeps.
@Suite("RunInbox", .timeLimit(.minutes(1)))
struct RunInboxTests {
    private static let notice = RunInbox.Request.notice(Notice(.info, Reason("test", "a test says so")))

    @Test("a sleeper is woken by the first request, and by one that came before it slept")
    func urgent() async {
        let inbox = RunInbox()
        async let woken: Void = inbox.waitUntilUrgent()
        inbox.send(Self.notice)
        await woken
        await inbox.waitUntilUrgent()
        #expect(inbox.isUrgent)
    }

    @Test("whoever waits for something pressing sleeps through a notice and a pause, and wakes for a rollback")
    func pressing() async {
        let inbox = RunInbox()
        let sleeper = Task {
            await inbox.waitUntilPressing()
            return inbox.isPressing
        }
        inbox.send(Self.notice)
        inbox.send(.command(Rollout.OperatorCommand(.pause, reason: "a test", by: "alice")))
        #expect(!inbox.isPressing)
        inbox.send(.command(Rollout.OperatorCommand(.rollback, reason: "a test", by: "alice")))
        #expect(await sleeper.value)
    }

    @Test("a sleeper whose task is cancelled wakes up with nothing waiting")
    func cancelled() async {
        let inbox = RunInbox()
        let sleeper = Task { await inbox.waitUntilUrgent() }
        sleeper.cancel()
        await sleeper.value
        #expect(!inbox.isUrgent)
    }

    @Test("real time sleeps to its deadline in one go, and is broken off by the bell")
    func realTime() async {
        let (clock, inbox) = (WallRunClock(), RunInbox())
        let began = ContinuousClock.now
        let short = await clock.now().advanced(by: .milliseconds(30))
        await clock.sleep(until: short, unless: { inbox.isUrgent }, bell: { await inbox.waitUntilUrgent() })
        #expect(await clock.now() >= short)

        let far = await clock.now().advanced(by: .seconds(3600))
        async let woken: Void = clock.sleep(
            until: far,
            unless: { inbox.isUrgent },
            bell: { await inbox.waitUntilUrgent() }
        )
        inbox.send(Self.notice)
        await woken
        #expect(began.duration(to: .now) < .seconds(30))
    }
}
