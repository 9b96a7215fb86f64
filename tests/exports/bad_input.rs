//! What a repository cannot hold is made here: links, unreadable files, litter on a disk.
