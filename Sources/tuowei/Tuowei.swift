import ArgumentParser

@main
struct Tuowei: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tuowei", abstract: "Count childcare places and needs from replayable events.")
}
