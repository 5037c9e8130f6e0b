import Synchronization

/// Making the double misbehave.
extension FakeAPIServer {
    /// Adds a fault; the number takes it away again.
    @discardableResult
    package func inject(_ fault: Fault) -> Int { core.state.withLock { $0.faults.add(fault) } }

    package func clear(fault number: Int) { core.state.withLock { $0.faults.remove(number) } }

    package func clearFaults() { core.state.withLock { $0.faults.removeAll() } }

    /// Breaks open watches in the middle of a chunk; of all kinds, or of one.
    package func cutWatches(of kind: ClusterKind? = nil) { command(.cut, kind) }

    /// Ends open watches in good order, as the server does after a while.
    package func endWatches(of kind: ClusterKind? = nil) { command(.end, kind) }

    /// Lets open watches say nothing any more, not even their end.
    package func silenceWatches(of kind: ClusterKind? = nil) { command(.silence, kind) }

    /// Sends bookmarks to the open watches that asked for them.
    package func sendBookmarks(of kind: ClusterKind? = nil) { command(.bookmark, kind) }

    /// Lets nothing of a user get through any more, as if its machine had lost the network: open connections break, or go silent
    /// with their watches; the server and everybody else go on.
    package func cutOff(user: String, _ partition: Partition = .refused) { core.cutOff(user, partition) }

    /// Lets the user's requests through again.
    package func reconnect(user: String) { core.cutOff(user, nil) }

    /// Forgets the changes so far, as a restart does: watches from older revisions get an `ERROR` line with 410.
    package func forgetHistory() { core.state.withLock { $0.cluster.store.forgetHistory() } }

    /// Lets the tokens of lists begun so far be answered 410.
    package func expireContinueTokens() { core.state.withLock { $0.cluster.expireContinueTokens() } }

    private func command(_ command: ServerState.OpenWatch.Command, _ kind: ClusterKind?) {
        core.change { $0.command(command, watchesOf: kind) }
    }
}
