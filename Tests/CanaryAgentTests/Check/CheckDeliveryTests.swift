import CanaryAgent
import CanaryCore
import CanaryTransport
import Foundation
import Glibc
import Testing

/// How a check's result reaches somebody.
@Suite struct CheckDeliveryTests {
    @Test("what is told is noted only afterwards: a process that is ended meanwhile tells it again")
    func toldFirst() async throws {
        let rig = try CheckRig()
        var options = CheckOptions(stateDirectory: rig.state, timeout: .seconds(20))
        options.isCron = true
        let session = CheckSession(
            options: options,
            probes: [rig.probe(canaryErrors: 0.3)],
            client: rig.client,
            clock: FixedClock(at: rig.now)
        )
        var meanwhile: CheckState?

        let end = await session.run { _ in
            meanwhile = try? CheckStateFile(folder: rig.state).load().state
        }

        let stored = try #require(meanwhile)
        // As the next invocation would see it if this one had been ended here.
        #expect(stored.subjects.count == 1)
        #expect(CheckTelling.isNews(end.report, state: stored))
        #expect(try !CheckTelling.isNews(end.report, state: CheckStateFile(folder: rig.state).load().state))
    }

    @Test("a file is replaced, a link stays a link, and a pipe is written into and not replaced")
    func deliver() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/haldane-deliver-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (file, link, pipe) = (folder + "/file", folder + "/link", folder + "/pipe")
        try AtomicFile.deliver(Array("one".utf8), to: file)
        #expect(symlink(file, link) == 0 && mkfifo(pipe, 0o600) == 0)

        try AtomicFile.deliver(Array("two".utf8), to: link)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try AtomicFile.deliver(Array("three".utf8), to: pipe)
        try AtomicFile.deliver(Array("four".utf8), to: "/dev/null")

        var status = stat()
        #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "two")
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(reader, &bytes, 16) == 5 && String(decoding: bytes[..<5], as: UTF8.self) == "three")
    }
}
