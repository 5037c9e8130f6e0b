import CCurl

/// A stream between its request and its reader's last look; owned by an `HTTPClient`.
///
/// The transfer is in libcurl's hands until it ended. What had arrived by then stays here for the reader.
struct OpenStream {
    typealias Opening = CheckedContinuation<Result<ResponseHead, TransportError>, Never>
    typealias Reader = CheckedContinuation<Result<[UInt8]?, TransportError>, Never>

    /// How many bytes wait for the reader at most.
    static let capacity = 262_144

    let transfer: Transfer
    let idle: Duration
    /// When the head must be there.
    let headDeadline: ContinuousClock.Instant

    /// Who waits for the head; nil once it is there.
    var opening: Opening?
    /// Who waits for bytes.
    var reader: Reader?
    /// How the transfer ended; nil while it runs.
    var end: Result<Void, TransportError>?

    /// When the transfer is given up if nothing comes before; nil while there is nothing to wait for: a reader that is
    /// busy elsewhere does not make its peer late.
    var deadline: ContinuousClock.Instant? {
        guard end == nil, !transfer.isPaused else {
            return nil
        }
        guard opening == nil else {
            return headDeadline
        }
        return transfer.hasWaitingBytes ? nil : transfer.lastArrival.advanced(by: idle)
    }

    /// Why the transfer is given up at its deadline.
    var lateness: TransportError {
        let address = transfer.address.redacted
        return opening == nil
            ? .silent(address, idle: idle) : .headless(address, request: transfer.request)
    }

    /// What a reader gets now; nil if it has to wait.
    var ready: Result<[UInt8]?, TransportError>? {
        if transfer.hasWaitingBytes {
            return .success(transfer.takeWaitingBytes())
        }
        return end.map { end in end.map { nil } }
    }
}
