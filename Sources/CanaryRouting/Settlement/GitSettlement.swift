package import CanaryCore
package import CanaryYAML

/// The final weights of a rollout by the API, as a commit in the Git work tree that declares the route.
///
/// The commit holds the route's file and nothing else, on top of what the followed branch has. It agrees when the branch that
/// is followed has the weights: the local one where nothing is followed. A push that is refused, or goes to a branch of its own for a
/// review, leaves the rollout unsettled until then.
package struct GitSettlement: RouteSettlement {
    private let path: String
    private let directory: String?
    private let selection: RouteSelection
    private let settle: SettleSpec
    private let label: String
    private let deadline: Duration

    /// - Parameters:
    ///   - path: the file, as it is found from here.
    ///   - directory: the folder that it must be in, whatever links lead out of it; nil if it may be anywhere.
    ///   - selection: the rule, with the destinations in the run's roles.
    ///   - label: the canary's name, for the commit's message.
    ///   - deadline: of one call of git.
    package init(
        path: String,
        below directory: String? = nil,
        selection: RouteSelection,
        settle: SettleSpec,
        label: String,
        deadline: Duration = .seconds(20)
    ) {
        self.path = path
        self.directory = directory
        self.selection = selection
        self.settle = settle
        self.label = label
        self.deadline = deadline
    }

    /// Why the final weights could not be committed: the file is not there, in no work tree, not committed, changed since, or has another
    /// rule. What is fetched later is not known yet.
    ///
    /// - Returns: the weights that are declared now.
    package func check() async throws(RouteError) -> RouteWeights {
        try checkPlace()
        let store = try await open()
        return try await store.read().weights
    }

    package func settle(_ plan: WeightPlan) async -> Reason? {
        await GitTurns.shared.taking(directory ?? folder) {
            await commit(plan)
        } ?? unsettled("other commits in \(folder) have taken too long")
    }

    package func unsettled(_ plan: WeightPlan) async -> Reason? {
        await GitTurns.shared.taking(directory ?? folder) {
            await ask(plan)
        } ?? unsettled("other commits in \(folder) have taken too long")
    }

    private func commit(_ plan: WeightPlan) async -> Reason? {
        do throws(RouteError) {
            try checkPlace()
            let remote = try await GitRemote.find(path: path, deadline: deadline)
            if let remote, let failure = await remote.follow(rebasing: settle.pushes || settle.branch != nil) {
                return unsettled("\(path) is behind: \(failure)")
            }
            // What came in may have made it a link.
            try checkPlace()
            if try await isDeclared(plan, remote) { return nil }
            let store = try await open()
            let found = try await store.read()
            let written = try await store.apply(plan, expecting: found.revision)
            if let objection = written.objection { return unsettled(objection) }
            guard let remote else { return nil }
            return await push(plan, remote)
        } catch {
            return unsettled(error.description)
        }
    }

    private func ask(_ plan: WeightPlan) async -> Reason? {
        do throws(RouteError) {
            try checkPlace()
            let remote = try await GitRemote.find(path: path, deadline: deadline)
            if let remote, let failure = await remote.fetch() { return unsettled("cannot ask Git: \(failure)") }
            return try await isDeclared(plan, remote) ? nil : waiting(remote)
        } catch {
            return unsettled(error.description)
        }
    }

    private func open() async throws(RouteError) -> GitRouteStore {
        try await GitRouteStore.open(path: path, selection: selection, label: label, deadline: deadline)
    }

    private var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    private func checkPlace() throws(RouteError) {
        guard let directory else { return }
        try FilePlace.check(path, below: directory)
    }

    private func push(_ plan: WeightPlan, _ remote: GitRemote) async -> Reason? {
        guard settle.pushes || settle.branch != nil else { return waiting(remote) }
        if let failure = await remote.push(to: settle.branch) {
            return unsettled("the commit in \(remote.folder) could not be pushed: \(failure)")
        }
        do throws(RouteError) {
            if let failure = await remote.fetch() { return unsettled("cannot ask Git: \(failure)") }
            return try await isDeclared(plan, remote) ? nil : waiting(remote)
        } catch {
            return unsettled(error.description)
        }
    }

    /// Whether the branch that is followed, or the last commit where none is, has the weights.
    private func isDeclared(_ plan: WeightPlan, _ remote: GitRemote?) async throws(RouteError) -> Bool {
        let work = try await GitWorkTree.find(path: path, deadline: deadline)
        let text: String
        if let remote { text = try await remote.text() } else { text = try await work.committedText() }
        let reading = try RouteReader.read(text: text, selection: selection)
        return (reading.weights.canaryPercent - plan.canaryPercent).magnitude < 1e-6
    }

    private func waiting(_ remote: GitRemote?) -> Reason {
        guard let remote else { return unsettled("the weights in \(path) are not committed") }
        guard let branch = settle.branch else {
            return unsettled(
                settle.pushes
                    ? "\(remote.upstream) does not have the weights"
                    : "the commit waits to be pushed: git -C \(remote.folder) push"
            )
        }
        return unsettled("the commit waits on branch \(branch) to be merged into \(remote.upstream)")
    }

    private func unsettled(_ what: String) -> Reason { .unsettled(what) }
}
