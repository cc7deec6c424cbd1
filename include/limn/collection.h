#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/limn.h"

/// A collection of documents in one file: passages, found by words (BM25) and by meaning (embeddings), and answers.
///
///     using namespace limn;
///     Collection collection = Collection::create("notes.limn", Model::load("models/all-minilm-l6-v2"));
///     collection.add({"notes/"});
///     for (const FoundPassage& passage : collection.search("Who came?").passages) …

namespace limn {

class PassageStore;

/// Field and value that a document must have.
using Filter = std::pair<std::string, std::string>;

/// How passages are found.
enum class Retriever {
  bm25,   ///< by their words
  dense,  ///< by the cosine of embeddings
  hybrid  ///< by BM25 divided by the query's best, plus 1.5 times the cosine
};

/// Returns the retriever with this name: "bm25", "dense" or "hybrid". @throws Error that lists the names
Retriever retriever_named(std::string_view name);

/// What a collection contains.
struct CollectionInfo {
  std::filesystem::path file;  ///< the collection's file, or its address on a server
  std::size_t documents = 0;   ///< documents
  std::size_t passages = 0;    ///< passages of all documents
  std::string embedder;        ///< name of the model that made the embeddings; empty: none
  std::size_t dimensions = 0;  ///< of the embeddings; 0: none
  std::uintmax_t bytes = 0;    ///< size of the file; 0 on a server
};

/// A file or row that is not in the collection, and why.
struct SkippedDocument {
  std::string source;  ///< file, or file and line
  std::string reason;  ///< in words
};

/// A request to a server, for Collection::connect.
struct HttpCall {
  std::string method = {};         ///< "GET"
  std::string url = {};            ///< whole
  std::string content_type = {};   ///< of the body; empty: there is none
  std::string body = {};           ///< what is sent
  std::size_t largest_answer = 0;  ///< in bytes; a longer one is a failure
};

/// What became of a request.
struct HttpReply {
  int status = 0;            ///< 0: there was no whole answer
  std::string body = {};     ///< of the answer
  std::string failure = {};  ///< why there was none
};

/// The search server of a collection cannot be reached, is busy, refuses limn, has lost the index, or gives no proper
/// answer in time: nothing that the question could change.
class Unavailable : public Error {
 public:
  using Error::Error;
};

/// Sends a request and waits for the answer, for a bounded time. The library has no HTTP client of its own: the
/// caller gives it one, which adds passwords or keys. It must not follow redirects to another host.
using HttpSend = std::function<HttpReply(const HttpCall& call)>;

/// A file in memory.
struct NamedContents {
  std::string name;   ///< its ending says how it is read, as for files
  std::string bytes;  ///< what is in it
};

/// What a call of Collection::add did.
struct IndexReport {
  std::size_t added = 0;                 ///< new documents
  std::size_t changed = 0;               ///< documents whose content was another
  std::size_t unchanged = 0;             ///< documents that were there already
  std::size_t removed = 0;               ///< documents whose file or row is gone
  std::size_t passages = 0;              ///< passages that were written
  std::vector<SkippedDocument> skipped;  ///< binary files, other types, rows with errors
  double seconds = 0;                    ///< elapsed time
};

/// How a question is expanded: words are searched for that it does not have.
struct ExpansionOptions {
  std::optional<Model> expander = {};  ///< a masked language model that proposes words for those of the question
  std::size_t feedback = 0;            ///< the first passages, of which the most distinctive words are added; 0: none
  std::size_t most_terms = 8;          ///< added words of each kind
  double least_probability = 0.02;     ///< of a word that the model proposes
  double weight = 0.3;                 ///< factor of the added words' BM25, times their own weight
};

/// A word that was added to a question, and why.
struct AddedTerm {
  std::string term;                         ///< in lower case
  double weight = 0;                        ///< 0 to 1: the model's probability, or relative to the most distinctive
  std::string in_place_of = {};             ///< the word of the question that it could replace; empty: from passages
  std::vector<std::int64_t> passages = {};  ///< the first passages that have it
};

/// Options for searching.
struct SearchOptions {
  std::optional<Retriever> retriever = {};  ///< default: hybrid if the collection has embeddings, otherwise BM25
  std::size_t top = 10;                     ///< number of passages
  std::vector<Filter> filters = {};         ///< all must hold: `title`, `source`, or a field of the documents
  std::size_t candidates = 50;              ///< passages that a reranker reads
  ExpansionOptions expansion = {};          ///< default: none
};

/// A passage that was found. Offsets count Unicode code points of its document's text.
struct FoundPassage {
  std::int64_t id = 0;               ///< of the passage in the collection
  std::string document;              ///< the document's key: its file, or file#row
  std::string title;                 ///< of the document
  std::string source;                ///< the document's file
  std::size_t begin = 0;             ///< offset of the passage's first code point in the document
  std::size_t end = 0;               ///< one past the last
  std::string text;                  ///< the passage
  double score = 0;                  ///< by which the passages are ordered
  std::optional<double> bm25 = {};   ///< BM25, larger is better; empty if no word of the question occurs, or not used
  std::optional<double> dense = {};  ///< cosine (or dot product) of the embeddings
  std::size_t rank = 0;              ///< from 1
};

/// The passages that were found.
struct SearchResult {
  std::string question;                ///< as asked
  std::vector<FoundPassage> passages;  ///< best first
  std::vector<AddedTerm> added = {};   ///< words that were searched for, too
  double expand_ms = 0;                ///< finding these words
  double retrieve_ms = 0;              ///< finding candidates
  double rerank_ms = 0;                ///< ordering them again
};

/// Options for answering from a collection.
struct AskOptions {
  SearchOptions search = {};                ///< which passages
  std::size_t read = 5;                     ///< passages that the reader reads
  std::size_t top = 3;                      ///< answers
  PredictOptions reading = {};              ///< of the reader
  double retrieval_weight = 0;              ///< factor of the passage's score in an answer's
  std::optional<ChosenMethod> method = {};  ///< explains each answer; empty: no explanations
  bool explain_retrieval = false;           ///< also explains why each answer's passage was found
};

/// An answer with its place.
struct FoundAnswer {
  std::string answer;                      ///< as in the document
  double probability = 0;                  ///< among all answers of all passages read, and "no answer"
  std::optional<double> confidence = {};   ///< if the reader is calibrated
  double score = 0;                        ///< start + end logit, minus the null score of its passage
  std::size_t begin = 0;                   ///< code points in the document
  std::size_t end = 0;                     ///< one past the last
  FoundPassage passage;                    ///< where it was found
  std::optional<Explanation> explanation;  ///< why this answer
  std::optional<Similarity> retrieval;     ///< why this passage, if it was found by embeddings
};

/// The answers to a question.
struct AskResult {
  std::string question;               ///< as asked
  std::vector<FoundAnswer> answers;   ///< best first
  double no_answer_probability = 0;   ///< that the passages read do not answer it
  bool answered = false;              ///< whether the best answer is more probable than none
  std::size_t passages_read = 0;      ///< passages that the reader read
  std::vector<AddedTerm> added = {};  ///< words that were searched for, too
  double expand_ms = 0;               ///< finding these words
  double retrieve_ms = 0;             ///< finding passages
  double rerank_ms = 0;               ///< ordering them again
  double read_ms = 0;                 ///< reading them
  double explain_ms = 0;              ///< explaining
};

/// A collection of documents. One object may be used by one thread at a time; several objects and processes may read a
/// collection while one writes.
class Collection {
 public:
  /// Opens a collection. @param embedder the model that made its embeddings; needed for all retrievers but BM25
  /// @throws Error if the file is no collection, is damaged or was written by a newer limn, or the embedder is another.
  static Collection open(const std::filesystem::path& file, std::optional<Model> embedder = {});
  /// Opens a collection for writing, or creates it. "memory:NAME" is a collection in memory, which this process shares
  /// by its name, and which is gone when no object has it open. @param embedder empty: for BM25 only
  static Collection create(const std::filesystem::path& file, std::optional<Model> embedder = {});

  /// Opens a collection on a server of Elasticsearch (from 8.4) or OpenSearch (from 2.4), which any number of machines
  /// may use. BM25 is the server's own; nearest embeddings are approximate (HNSW), their cosines exact.
  /// @param address "http://HOST:9200/INDEX", or https. @param embedder as for open()
  /// @throws Error if there is no such index, limn did not make it, or the server does not answer as it should.
  static Collection connect(const std::string& address, const HttpSend& send, std::optional<Model> embedder = {});
  /// Opens such a collection for writing, or creates its index.
  static Collection connect_or_create(const std::string& address, const HttpSend& send,
                                      std::optional<Model> embedder = {});

  /// The name of the model that made the embeddings of a collection, to load it; empty: none.
  static std::string embedder_of(const std::filesystem::path& file);
  /// The same for a collection on a server.
  static std::string embedder_of(const std::string& address, const HttpSend& send);

  /// What it contains.
  const CollectionInfo& info() const;
  /// Adds files and folders: .txt, .md, .html, .jsonl, .csv, .tsv, and SQuAD files (.json). Documents with the same
  /// content are left as they are; those that changed are replaced; those whose file or row below a path is gone are
  /// removed. Each batch is written at once: a run that is killed loses nothing and continues.
  /// @throws Error if a path does not exist or has no documents.
  IndexReport add(const std::vector<std::filesystem::path>& paths, const Watch& watch = {});
  /// Adds files in memory, whose names stand for paths; removes nothing. @param most_passages of all files together
  /// @throws Error if they have more passages, before any is written, or no documents.
  IndexReport add_contents(const std::vector<NamedContents>& files,
                           std::size_t most_passages = static_cast<std::size_t>(-1), const Watch& watch = {});

  /// Finds passages. @param reranker a cross-encoder that orders the candidates; empty: none
  /// @throws Error for an empty question, or a retriever that the collection does not support.
  SearchResult search(std::string_view question, const SearchOptions& options = {},
                      const std::optional<Model>& reranker = {}, const Watch& watch = {}) const;
  /// Answers a question from the best passages. @param reader a model for question answering
  AskResult ask(const Model& reader, std::string_view question, const AskOptions& options = {},
                const std::optional<Model>& reranker = {}, const Watch& watch = {}) const;

  struct Implementation;

 private:
  explicit Collection(std::shared_ptr<Implementation> implementation);
  static Collection opened(std::unique_ptr<PassageStore> store, std::optional<Model> embedder);
  std::shared_ptr<Implementation> implementation_;
};

/// How well a collection answers the questions of a SQuAD file whose paragraphs it contains. In percent.
struct AskScores {
  std::size_t questions = 0;  ///< questions asked
  /// (k, questions for which one of the first k passages comes from the question's own paragraph)
  std::vector<std::pair<std::size_t, double>> recall;
  double mrr = 0;                    ///< mean of 1 / rank of the first such passage; 0 if none of the first 20 is
  std::optional<double> exact = {};  ///< exact match of the best answer; only with a reader
  std::optional<double> f1 = {};     ///< mean F1 of the best answer's words
  double seconds = 0;                ///< elapsed time
};

/// Options for evaluate_ask().
struct EvaluateAskOptions {
  AskOptions ask = {};                               ///< retriever, passages read, the reader's options
  std::size_t limit = static_cast<std::size_t>(-1);  ///< only the first so many questions
};

/// Asks the questions of a SQuAD file. @param reader empty: only the passages are evaluated
/// @param watch its progress counts questions. @throws Error if the file is broken, or the collection has no passage of
/// its paragraphs.
AskScores evaluate_ask(const Collection& collection, const std::filesystem::path& data,
                       const std::optional<Model>& reader = {}, const std::optional<Model>& reranker = {},
                       const EvaluateAskOptions& options = {}, const Watch& watch = {});

/// Returns the scores as JSON on one line.
std::string to_json(const AskScores& scores);
/// Returns the scores as a table.
std::string to_terminal(const AskScores& scores);
/// Returns passages or answers as JSON (docs/interface.md).
std::string to_json(const SearchResult& result, int indent = -1);
/// The same for answers.
std::string to_json(const AskResult& result, int indent = -1);
/// Returns passages for a terminal.
std::string to_terminal(const SearchResult& result, const TerminalStyle& style = {});
/// Returns answers for a terminal, with their passages and explanations.
std::string to_terminal(const AskResult& result, const TerminalStyle& style = {});

}  // namespace limn
