package import CanaryCore
import CanaryRouting
import CanaryYAML

/// Where the declarations of routes are that are moved by the API, from here.
package struct SettlePlace: Sendable, Hashable {
    /// The operator's own file; nil where only names of repositories lead to files.
    package var file: String?
    /// Folders of Git work trees by their names.
    package var repositories: [String: String]

    package init(file: String? = nil, repositories: [String: String] = [:]) {
        self.file = file
        self.repositories = repositories
    }

    /// What puts a spec's final weights into Git; nil if the spec does not ask for that.
    ///
    /// A declaration that cannot be reached from here leaves the commit to a person, and says so.
    ///
    /// - Parameter spec: with its destinations in full.
    package func settlement(_ spec: CanarySpec, _ roles: Roles) -> (any RouteSettlement)? {
        guard let settle = spec.route.settle else { return nil }
        do throws(RouteError) {
            return try git(settle, spec, roles)
        } catch {
            return UnreachableSettlement(why: error.message)
        }
    }

    /// What keeps the final weights from being committed, or where they will be.
    func findings(_ spec: CanarySpec, live: RouteWeights) async -> [RouteFinding] {
        guard let settle = spec.route.settle else { return [] }
        do throws(RouteError) {
            let declared = try await git(settle, spec, .asNamed).check()
            var findings = [RouteFinding(.info, promise(settle))]
            if (declared.canaryPercent - live.canaryPercent).magnitude > 1e-6 {
                let text =
                    "Git declares other weights than the cluster has: \(declared.stable)/\(declared.canary) in "
                    + "\(label(settle)), \(live.stable)/\(live.canary) in the cluster"
                let hint = "whoever applies Git puts those of Git back; pull, or merge what waits there"
                findings.append(RouteFinding(.warning, text, hint: hint))
            }
            return findings
        } catch {
            let text =
                "route.settle: the final weights cannot be committed: "
                + error.message.replacing(", and the spec asks for commits", with: "")
            let hints = [error.cause, error.hint?.replacing("route.commit", with: "route.settle")].compactMap { $0 }
            return [RouteFinding(.refuse, text, hint: hints.isEmpty ? nil : hints.joined(separator: "\n"))]
        }
    }

    /// What a promotion will do.
    func promise(_ settle: SettleSpec) -> String {
        let after =
            settle.branch.map { ", and pushed to the branch \($0) for a review" }
            ?? (settle.pushes ? ", and pushed" : ", and wait there to be pushed")
        return "the final weights will be committed to \(label(settle))\(after)"
    }

    private func label(_ settle: SettleSpec) -> String {
        settle.repository.map { "\(settle.file) in the repository \($0)" } ?? file ?? settle.file
    }

    private func git(_ settle: SettleSpec, _ spec: CanarySpec, _ roles: Roles) throws(RouteError) -> GitSettlement {
        var selection = RouteSelection(spec.route.playing(roles), namespace: spec.namespace)
        let label = spec.route.playing(roles).canary.label
        guard let name = settle.repository else {
            guard let file else {
                throw RouteError(
                    .unreadable,
                    "the file \(settle.file) is known only where the run was begun",
                    hint: "commit the weights by hand"
                )
            }
            return GitSettlement(path: file, selection: selection, settle: settle, label: label)
        }
        guard let directory = repositories[name] else {
            throw RouteError(
                .unsupported,
                "there is no repository '\(name.prefix(64))' here",
                hint:
                    "repositories are those of the agent's cluster policy; `haldane run` takes the path as settle.file alone"
            )
        }
        guard settle.isConfined else {
            throw RouteError(
                .unsupported,
                "'\(settle.file.prefix(200))' may lead out of the repository '\(name)', or its branch is not one of Haldane's",
                hint: "write file relative to the repository, without '..', and a branch that begins with haldane/"
            )
        }
        // A repository is shared: the file must say that it is about this namespace.
        selection.needsNamespace = true
        return GitSettlement(
            path: "\(directory)/\(settle.file)",
            below: directory,
            selection: selection,
            settle: settle,
            label: label
        )
    }
}
