import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// `--listen` and `--linger`.
struct ListenOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Serve a read-only status page and /metrics, e.g. at 127.0.0.1:9911; port 0 picks a free one.",
            valueName: "address:port"
        )
    )
    var listen: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Keep the status page for so long after the end, e.g. 2m. (default: 0s)",
            valueName: "duration"
        )
    )
    var linger: String?

    func validate() throws {
        guard let linger else { return }
        guard SpecSyntax.duration(linger) != nil else {
            throw ValidationError("--linger '\(linger)' is not a duration: 30s, 2m, 1h.")
        }
        guard listen != nil else { throw ValidationError("--linger keeps a status page; it needs --listen.") }
    }

    /// Runs `body` while a page shows the run, if one is asked for.
    ///
    /// An address that cannot be listened at is a fault before anything is begun.
    ///
    /// - Parameter speed: seconds of the run's clock in a real second.
    func serving(
        speed: Double = 1,
        _ body: (StatusBoard?) async throws -> CanaryCore.ExitCode
    ) async throws -> CanaryCore.ExitCode {
        guard let listen else { return try await body(nil) }
        let board = StatusBoard(version: Version.number, speed: speed)
        let server = try await StatusServer(try ListenAddress(listen), board)
        Console.talk.write("status page: \(server.url)\n")
        if !server.address.isLoopback {
            Console.talk.write("warning: everybody who reaches \(server.address) can read the status page\n")
        }
        let linger = linger.flatMap { SpecSyntax.duration($0) } ?? .zero
        let words = "the status page stays for \(Phrase.duration(linger.inSeconds)); Ctrl-C ends it\n"
        func say() { Console.talk.write(words) }
        return try await server.serving(linger: linger, onLinger: say) { try await body(board) }
    }
}

extension StatusBoard {
    /// A run's screen, and the page beside it if there is one.
    static func beside(_ screen: any RunObserver, _ board: StatusBoard?) -> any RunObserver {
        board.map { RunObservers([screen, $0]) } ?? screen
    }
}
