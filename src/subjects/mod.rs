//! Other people's code, over a pipe: messages, processes, judgement.
