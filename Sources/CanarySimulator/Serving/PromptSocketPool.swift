import FlyingSocks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sends what is written at once.
///
/// The server writes the head and the body of an answer separately; without `TCP_NODELAY` the end of the body waits for the
/// client's delayed acknowledgement, 40 ms a scrape.
struct PromptSocketPool<Base: AsyncSocketPool>: AsyncSocketPool {
    let base: Base

    func prepare() async throws {
        try await base.prepare()
    }

    func run() async throws {
        try await base.run()
    }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        // A socket that refuses the option is slower, and works.
        try? socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
        try await base.suspendSocket(socket, untilReadyFor: events)
    }
}
