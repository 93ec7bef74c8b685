//! All functions of a runner. Readers see one state of a function; changes come one after another,
//! are stored, and then seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use ringway_core::definition;
use ringway_core::limits::{
    FUNCTION_CONCURRENCY_MAX, FUNCTION_CONCURRENCY_UNRESERVED_MIN, FUNCTIONS_MAX,
};

use crate::configuration::Configuration;
use crate::error::LambdaError;
use crate::function::{Alias, Function, not_found};
use crate::host::Host;
use crate::name::{LATEST, is_alias, is_name};
use crate::store::Store;
use crate::version::{Code, Pool, Version};
use crate::words;

type Functions = BTreeMap<Box<str>, Arc<Function>>;

/// All functions.
#[derive(Debug)]
pub(crate) struct Registry {
    functions: RwLock<Functions>,
    /// Held by the one who changes something.
    changes: Mutex<()>,
    store: Store,
    host: Arc<Host>,
}

/// A version that was never seen before.
pub(crate) fn version(
    name: &str,
    number: &str,
    configuration: Configuration,
    code: Code,
) -> Arc<Version> {
    let description = configuration.description.clone();
    Arc::new(Version {
        name: name.into(),
        number: number.into(),
        configuration,
        code,
        modified: words::modified(SystemTime::now()),
        revision: revision(),
        description,
        pool: Pool::default(),
    })
}

/// A revision that no other has.
pub(crate) fn revision() -> String {
    uuid()
}

/// A random UUID, version 4.
pub(crate) fn uuid() -> String {
    let mut bytes = [0; 16];
    // A kernel that has no randomness has not started.
    getrandom::fill(&mut bytes).expect("the kernel has random bytes");
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        number >> 80 & 0xffff,
        number >> 64 & 0xffff,
        number >> 48 & 0xffff,
        number & 0xffff_ffff_ffff
    )
}

impl Registry {
    /// Reads what is stored.
    pub(crate) fn open(store: Store, host: Arc<Host>) -> std::io::Result<Self> {
        let stored = store.read()?;
        let functions: Functions =
            stored.into_iter().map(|it| (it.name.clone(), Arc::new(it))).collect();
        host.concurrency.reserve(reserved(&functions));
        Ok(Self { functions: RwLock::new(functions), changes: Mutex::default(), store, host })
    }

    fn functions(&self) -> Functions {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A function.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Function>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// A function, or AWS's words for its absence.
    pub(crate) fn expect(
        &self,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<Arc<Function>, LambdaError> {
        self.find(name).ok_or_else(|| not_found(&self.host.owner, name, qualifier))
    }

    /// All functions, in order of their names.
    pub(crate) fn all(&self) -> Vec<Arc<Function>> {
        self.functions().into_values().collect()
    }

    /// The store of code.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// What is shared with environments.
    pub(crate) fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Adds a function.
    pub(crate) fn create(&self, function: Function) -> Result<Arc<Function>, LambdaError> {
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let functions = self.functions();
        if functions.contains_key(&function.name) {
            let name = &function.name;
            return Err(LambdaError::conflict(format!("Function already exist: {name}")));
        }
        if functions.len() >= FUNCTIONS_MAX {
            return Err(LambdaError::code_storage("Code storage limit exceeded."));
        }
        self.put(function)
    }

    /// Changes a function, or leaves it as it was.
    pub(crate) fn change(
        &self,
        name: &str,
        change: impl FnOnce(Function) -> Result<Function, LambdaError>,
    ) -> Result<Arc<Function>, LambdaError> {
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.expect(name, None)?;
        refuse_declared(&before)?;
        let changed = change(Function::clone(&before))?;
        let sum = self.functions().values().map(|it| it.reserved.unwrap_or(0)).sum::<u32>();
        let sum = sum - before.reserved.unwrap_or(0) + changed.reserved.unwrap_or(0);
        let unreserved = FUNCTION_CONCURRENCY_MAX.saturating_sub(sum);
        if changed.reserved > before.reserved && unreserved < FUNCTION_CONCURRENCY_UNRESERVED_MIN {
            return Err(LambdaError::invalid_parameter(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of \
                 [{FUNCTION_CONCURRENCY_UNRESERVED_MIN}]."
            )));
        }
        self.put(changed)
    }

    /// Removes a function.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LambdaError> {
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.expect(name, None)?;
        refuse_declared(&before)?;
        self.store.remove(name).map_err(|error| LambdaError::service(error.to_string()))?;
        let mut functions = self.functions();
        functions.remove(name);
        self.publish(functions);
        before.all_versions().for_each(|version| version.pool.close());
        Ok(())
    }

    fn put(&self, function: Function) -> Result<Arc<Function>, LambdaError> {
        if !function.is_declared {
            // It was unpacked before the change began, and a deletion may have come between.
            if !function.latest.code.folder.is_dir() {
                let why = format!("Function {} was deleted meanwhile", function.name);
                return Err(LambdaError::conflict(why));
            }
            let stored = self.store.write(&function);
            stored.map_err(|error| LambdaError::service(error.to_string()))?;
        }
        let function = Arc::new(function);
        let mut functions = self.functions();
        let before = functions.insert(function.name.clone(), Arc::clone(&function));
        self.publish(functions);
        if let Some(before) = before {
            close_unused(&before, &function);
        }
        Ok(function)
    }

    fn publish(&self, functions: Functions) {
        self.host.concurrency.reserve(reserved(&functions));
        *self.functions.write().unwrap_or_else(PoisonError::into_inner) = functions;
    }

    /// Takes over the functions of a settings file; those it had before and has no more are gone.
    ///
    /// # Errors
    /// Which of them cannot run, and why; nothing has changed then.
    pub(crate) fn declare(
        &self,
        declared: &[definition::Function],
        folder: &Path,
    ) -> Result<(), (usize, String)> {
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut functions = self.functions();
        functions.retain(|_, function| !function.is_declared);
        let before = self.functions();
        for (at, one) in declared.iter().enumerate() {
            let known = before.get(one.function_name.as_str()).filter(|it| it.is_declared);
            let function = self.declared(one, folder, known.map(|it| &**it));
            let function = function.map_err(|error| (at, error.message))?;
            functions.insert(function.name.clone(), Arc::new(function));
        }
        if reserved(&functions) > FUNCTION_CONCURRENCY_MAX - FUNCTION_CONCURRENCY_UNRESERVED_MIN {
            let last = declared.len().saturating_sub(1);
            return Err((last, "more concurrent executions are reserved than there are".into()));
        }
        self.publish(functions.clone());
        for (name, function) in &before {
            match functions.get(name) {
                Some(after) => close_unused(function, after),
                None => function.all_versions().for_each(|version| version.pool.close()),
            }
        }
        Ok(())
    }

    fn declared(
        &self,
        declared: &definition::Function,
        folder: &Path,
        before: Option<&Function>,
    ) -> Result<Function, LambdaError> {
        let name = declared.function_name.as_str();
        let (configuration, written) = read(declared, folder)?;
        let code = match written {
            Written::Folder(folder) => Code { folder, sha256: String::new(), bytes: 0 },
            Written::Package(package) => self.store.unpack(name, &package)?,
        };
        let known = before.map(|before| &before.latest);
        let same = known.filter(|it| it.configuration == configuration && it.code == code);
        let latest = same.cloned().unwrap_or_else(|| version(name, LATEST, configuration, code));
        let mut aliases = BTreeMap::new();
        for alias in &declared.aliases {
            let latest =
                Alias { version: LATEST.into(), description: String::new(), revision: revision() };
            aliases.insert(alias.clone(), latest);
        }
        Ok(Function {
            name: name.into(),
            latest,
            versions: BTreeMap::new(),
            last_version: 0,
            aliases,
            policies: BTreeMap::new(),
            reserved: declared.reserved_concurrent_executions,
            tags: BTreeMap::new(),
            is_declared: true,
            in_flight: before.map(|before| before.in_flight.clone()).unwrap_or_default(),
        })
    }

    /// Something has changed in the code of declared functions: new processes run it.
    pub(crate) fn renew(&self, changed: &BTreeSet<PathBuf>) {
        let _changing = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut functions = self.functions();
        let mut old = Vec::new();
        for function in functions.values_mut() {
            let latest = &function.latest;
            let is_it = function.is_declared
                && changed.iter().any(|path| path.starts_with(&latest.code.folder));
            if is_it {
                let (configuration, code) = (latest.configuration.clone(), latest.code.clone());
                let mut renewed = Function::clone(function);
                renewed.latest = version(&function.name, LATEST, configuration, code);
                old.push(std::mem::replace(function, Arc::new(renewed)));
            }
        }
        self.publish(functions);
        old.iter().for_each(|function| function.latest.pool.close());
    }
}

/// Code of a settings file.
pub(crate) enum Written {
    /// It is run where it lies.
    Folder(PathBuf),
    /// A zip file.
    Package(Vec<u8>),
}

/// What a function of a settings file says, checked as far as it can be without running it.
pub(crate) fn read(
    declared: &definition::Function,
    folder: &Path,
) -> Result<(Configuration, Written), LambdaError> {
    let name = declared.function_name.as_str();
    if !is_name(name) {
        let message = format!("'{name}' is no name of a function: letters, digits, - and _");
        return Err(LambdaError::invalid_parameter(message));
    }
    if let Some(alias) = declared.aliases.iter().find(|alias| !is_alias(alias)) {
        let message = format!("'{alias}' is no alias: letters, digits, - and _");
        return Err(LambdaError::invalid_parameter(message));
    }
    let configuration = Configuration::declared(declared)?;
    let path = folder.join(&declared.code);
    let missing = |error: std::io::Error| {
        LambdaError::invalid_parameter(format!("no code at {}: {error}", path.display()))
    };
    let written = if path.is_dir() {
        Written::Folder(path.canonicalize().map_err(missing)?)
    } else {
        Written::Package(std::fs::read(&path).map_err(missing)?)
    };
    Ok((configuration, written))
}

fn reserved(functions: &Functions) -> u32 {
    functions.values().fold(0, |sum, it| sum.saturating_add(it.reserved.unwrap_or(0)))
}

fn refuse_declared(function: &Function) -> Result<(), LambdaError> {
    if !function.is_declared {
        return Ok(());
    }
    Err(LambdaError::conflict(format!(
        "Function {} is declared in the settings file, and changed there",
        function.name
    )))
}

/// Ends the environments of versions that are not in use any more.
fn close_unused(before: &Function, after: &Function) {
    let is_used = |version: &&Arc<Version>| after.all_versions().any(|it| Arc::ptr_eq(it, version));
    before.all_versions().filter(|it| !is_used(it)).for_each(|version| version.pool.close());
}
