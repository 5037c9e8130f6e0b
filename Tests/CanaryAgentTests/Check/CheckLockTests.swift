import CanaryAgent
import CanaryCore
import Foundation
import Synchronization
import Testing

struct CheckLockTests {
    private static let now = Timestamp(milliseconds: 1_795_428_000_000)

    private func take(
        _ folder: String,
        at now: Timestamp = now,
        host: String = "here",
        seconds: Double = 60
    ) throws(CheckFault) -> CheckLock {
        try CheckLock(folder: folder, now: now, until: now.advanced(by: .seconds(seconds)), host: host)
    }

    /// The content of a lock whose holder did not give it back.
    private func leave(_ folder: String, pid: Int32, host: String, until: Timestamp) throws {
        let text = """
            {"pid":\(pid),"host":"\(host)","since":\(Self.now.milliseconds - 1000),"until":\(until.milliseconds)}

            """
        try Data(text.utf8).write(to: URL(filePath: folder + "/lock"))
    }

    @Test("a lock is free again when it was given back")
    func givenBack() throws {
        let rig = try CheckRig()
        for _ in 0..<3 {
            let lock = try take(rig.folder)
            let (takenOver, isOwn) = (lock.takenOver, lock.isOwn)
            #expect(takenOver == nil)
            #expect(isOwn)
            lock.release()
        }
    }

    @Test("the lock of a process that is gone is taken over, and that is said")
    func deadProcess() throws {
        let rig = try CheckRig()
        try leave(rig.folder, pid: 999_999, host: "here", until: Self.now.advanced(by: .seconds(50)))
        let lock = try take(rig.folder)
        let takenOver = lock.takenOver
        #expect(takenOver?.contains("process 999999 on here") == true)
        #expect(takenOver?.contains("gone") == true)
        lock.release()
    }

    @Test("a lock of another host is believed until its deadline")
    func otherHost() throws {
        let rig = try CheckRig()
        try leave(rig.folder, pid: 1, host: "there", until: Self.now.advanced(by: .seconds(50)))
        let fault = #expect(throws: CheckFault.self) { _ = try take(rig.folder).isOwn }
        #expect(fault?.reason.text.contains("process 1 on there") == true)

        let lock = try take(rig.folder, at: Self.now.advanced(by: .seconds(51)))
        let takenOver = lock.takenOver
        #expect(takenOver?.contains("deadline") == true)
        lock.release()
    }

    @Test("a live one is respected until its deadline; then it is taken over, and the hung holder notices")
    func hung() throws {
        let rig = try CheckRig()
        let first = try take(rig.folder, seconds: 60)
        let fault = #expect(throws: CheckFault.self) { _ = try take(rig.folder).isOwn }
        #expect(fault?.reason.label == "locked")
        #expect(fault?.reason.text.contains("another check is running") == true)
        let wasOwn = first.isOwn
        #expect(wasOwn)

        let second = try take(rig.folder, at: Self.now.advanced(by: .seconds(61)))
        let (takenOver, isFirst, isSecond) = (second.takenOver, first.isOwn, second.isOwn)
        #expect(takenOver?.contains("deadline") == true)
        #expect(!isFirst)
        #expect(isSecond)
        first.release()
        let isStillSecond = second.isOwn
        #expect(isStillSecond)
        second.release()
    }

    @Test("a lock file of nonsense is no lock")
    func nonsense() throws {
        let rig = try CheckRig()
        try Data("\u{0}what?".utf8).write(to: URL(filePath: rig.folder + "/lock"))
        let lock = try take(rig.folder)
        let takenOver = lock.takenOver
        #expect(takenOver == nil)
        lock.release()
    }

    @Test("of two checks at once one ends with exit code 3 and changes nothing")
    func twoAtOnce() async throws {
        let rig = try CheckRig()
        let (inside, entered) = AsyncStream.makeStream(of: Void.self)
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let slow = ScriptedProbe { state, now in
            entered.yield()
            for await _ in gate { break }
            return await rig.probe().look(state, now: now)
        }
        async let first = rig.run([slow])
        for await _ in inside { break }

        let second = await rig.run([rig.probe()])
        opened.finish()
        let end = await first

        #expect(second.report.exitCode == .unknown)
        #expect(second.report.fault?.text.contains("another check is running") == true)
        #expect(end.report.fault == nil)
        #expect(end.report.judged == 1)
    }

    @Test("a check that was overtaken keeps nothing")
    func overtaken() async throws {
        let rig = try CheckRig()
        let slow = ScriptedProbe { [folder = rig.state] state, now in
            // As another check does after this one's deadline.
            try? FileManager.default.removeItem(atPath: folder + "/lock")
            return await rig.probe().look(state, now: now)
        }
        let end = await rig.run([slow])
        #expect(end.report.fault?.label == "locked")
        #expect(!FileManager.default.fileExists(atPath: rig.state + "/state.json"))
    }
}
